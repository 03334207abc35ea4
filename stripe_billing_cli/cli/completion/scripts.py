"""Completion scripts of the shells: each asks `billing __complete`, which answers with a line for each candidate.

The first line of an answer is `words`, or `files` where the shell is to complete file names itself. In each other line
a tab stands between a candidate and what is said of it.
"""

from __future__ import annotations

BASH = r"""# billing: completion for bash 4.4 and newer. Try it:  source <(billing completion bash)
_billing() {
    local current="${COMP_WORDS[COMP_CWORD]}" kind="" line
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ -z $kind ]]; then
            kind=$line
        else
            COMPREPLY+=("${line%%$'\t'*}")
        fi
    done < <(billing __complete --shell bash --line "${COMP_LINE:0:COMP_POINT}" --current "$current" 2>/dev/null)
    if [[ $kind == files ]]; then
        compopt -o default
    elif [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then
        compopt -o nospace
    fi
}
complete -F _billing billing
"""

ZSH = r"""#compdef billing
# billing: completion for zsh. Try it:  source <(billing completion zsh)
_billing() {
    local -a answer
    answer=("${(@f)$(billing __complete --shell zsh -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
    if [[ ${answer[1]} == files ]]; then
        compset -P '--*='
        _files
        return
    fi
    local -a candidates
    candidates=("${(@)answer[2,-1]}")
    (( ${#candidates} )) && _describe -t billing billing candidates
}
if [[ ${funcstack[1]} == _billing ]]; then
    _billing "$@"
elif (( $+functions[compdef] )); then
    compdef _billing billing
fi
"""

FISH = r"""# billing: completion for fish. Try it:  billing completion fish | source
function __billing_complete
    set -l words (commandline -opc)
    set -l answer (billing __complete --shell fish -- $words[2..-1] (commandline -ct) 2>/dev/null)
    if test "$answer[1]" = files
        set -l named (string match -r -- '^--[^=]*=' (commandline -ct))
        for path in (__fish_complete_path (string replace -r -- '^--[^=]*=' '' (commandline -ct)))
            printf '%s%s\n' $named $path
        end
    else if test (count $answer) -gt 1
        printf '%s\n' $answer[2..-1]
    end
end
complete -c billing -e
complete -c billing -f -a '(__billing_complete)'
"""

SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}
