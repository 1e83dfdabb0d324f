# Completion of podmux for fish. Put it as podmux.fish into ~/.config/fish/completions

function __podmux_candidates
    podmux __complete fish -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token --cut-at-cursor) 2>/dev/null
end

complete --command podmux --no-files --keep-order --arguments '(__podmux_candidates)'
