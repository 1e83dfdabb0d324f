# Ends sessions of a client that is gone or frozen. PULSE: seconds between two looks; TICKS: looks without a word that are one
# too many; END: the line that ends the cleanup script on the standard input. Then one word a line: "+ ARGUMENTS", "- ID", ".", "q".
pulse=$1 ticks=$2 end=$3 script= list= dog=
nl='
'
# Ignored until the watch has its own answer to it: a word that comes while it starts must not end it.
trap '' HUP INT TERM USR1
set -f
while IFS= read -r line; do
  [ "$line" != "$end" ] || break
  script="$script$line$nl"
done
[ "$line" = "$end" ] || exit 0

clean() {
  rest=$list
  while [ -n "$rest" ]; do
    one=${rest%%"$nl"*}
    rest=${rest#*"$nl"}
    sh -c "$script" sh $one </dev/null >/dev/null 2>&1 &
  done
  wait
}

# The watch: a word resets it by a signal, so that a word costs no process. Without sleep there is no watch, and nothing is ended.
watch() {
  trap 'n=0' USR1
  n=0
  while [ "$n" -lt "$ticks" ]; do
    sleep "$pulse" || exit 1
    n=$((n + 1))
  done
  clean
  # A frozen client leaves the stream open: its guard would wait for the next word for ever. Its number is $$ while it lives.
  read -r a b c p x </proc/self/stat || exit 0
  [ "$p" != "$$" ] || kill -KILL "$$"
  exit 0
}
start() {
  [ -z "$dog" ] || kill -KILL "$dog" 2>/dev/null
  dog=
  if [ -n "$list" ]; then
    watch &
    dog=$!
  fi
}
without() {
  rest=$list list=
  while [ -n "$rest" ]; do
    one=${rest%%"$nl"*}
    rest=${rest#*"$nl"}
    [ "${one%% *}" = "$1" ] || list="$list$one$nl"
  done
}

while IFS= read -r line; do
  case $line in
  '+ '*) list="$list${line#+ }$nl"; start ;;
  '- '*) without "${line#- }"; start ;;
  .) [ -z "$dog" ] || kill -USR1 "$dog" 2>/dev/null ;;
  q) [ -z "$dog" ] || kill -KILL "$dog" 2>/dev/null; exit 0 ;;
  esac
done
# The client is gone, or only this stream of it: a living one comes back for its sessions before the watch is over.
wait
exit 0
