//! What a hostile pod may say over and over: shared by the test of what it leaves behind and the bench of what it costs.

/// One round of each flood.
pub(crate) const UNITS: [&str; 36] = [
    "a\x1b[65535b",
    "\x1b[65535S",
    "\x1b[65535T",
    "\x1b[65535L",
    "\x1b[65535M",
    "\x1b[65535@",
    "\x1b[65535P",
    "\x1bc",
    "x\x1b[2J",
    "\x1b[44m\x1b[65535S",
    "\x1b[44m\n",
    "\x1b#8",
    "\x1b[?1049h\x1b[?1049l",
    "\x1b[?2026h",
    "\x1b[!p",
    "\x1b7\x1b8",
    "\x1b[6n",
    "\x1bP$qm\x1b\\",
    "\x1b[65535I",
    "\x1b[65535Z",
    "\x1bH\t",
    "\u{301}",
    "日",
    "\x1b]0;x\x07",
    "\x1b[4hx",
    "\x1b(0q",
    "\x1b[38;2;1;2;3;48;5;9;58;5;1m",
    "\x1b[1;2;3;4;5;6;7;8;9m",
    "\u{202e}",
    "\x1b[?3h",
    "\x1b[999999999999C",
    "\x1b[22t",
    "\r\n",
    "\n",
    "x\r\n",
    "\x1b[?1045h\x1b[65535D",
];

/// 64 KiB of it.
pub(crate) fn flood(unit: &str) -> Vec<u8> {
    unit.bytes().cycle().take(64 * 1024).collect()
}
