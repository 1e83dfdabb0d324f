#compdef podmux
# Completion of podmux for zsh. Put it as _podmux into a folder of fpath, or into ~/.zshrc: source <(podmux completions zsh)

_podmux() {
    local -a whole open
    local line value entry
    for line in "${(@f)$(podmux __complete zsh -- "${(@Q)words[1,CURRENT]}" 2>/dev/null)}"; do
        value=${line%%$'\t'*}
        entry=${value//:/\\:}
        [[ $line == *$'\t'?* ]] && entry+=:${line#*$'\t'}
        if [[ $value == */ ]]; then
            open+=("$entry")
        elif [[ -n $value ]]; then
            whole+=("$entry")
        fi
    done
    (( $#whole )) && _describe -V podmux whole
    (( $#open )) && _describe -V kinds open -S ''
}

if [[ ${funcstack[1]} == _podmux ]]; then
    _podmux "$@"
else
    compdef _podmux podmux
fi
