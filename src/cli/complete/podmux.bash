# Completion of podmux for bash. Put it where bash-completion looks, or into ~/.bashrc: source <(podmux completions bash)

_podmux() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        COMPREPLY+=("${line%%$'\t'*}")
    done < <(podmux __complete bash -- "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == */ ]]; then
        compopt -o nospace 2>/dev/null
    fi
}

complete -o nosort -F _podmux podmux 2>/dev/null || complete -F _podmux podmux
