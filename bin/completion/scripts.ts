import type { Shell } from './shells.ts'

/**
 * The script a shell evaluates once. It asks `botster complete` at every tab, so that it never goes stale and knows
 * the agents of the moment.
 */
export function completionScript(shell: Shell): string {
  switch (shell) {
    case 'bash':
      return BASH
    case 'zsh':
      return ZSH
    case 'fish':
      return FISH
  }
}

// COMP_WORDBREAKS would cut at ':' and '=': words are taken as bash split them, answers replace the last piece.
const BASH = `# bash completion for botster
_botster() {
  local candidate
  COMPREPLY=()
  while IFS= read -r candidate; do
    COMPREPLY+=("$(printf '%q' "$candidate")")
  done < <(botster complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f 1)
  if [ "\${#COMPREPLY[@]}" -eq 0 ]; then compopt -o default 2>/dev/null; fi
}
complete -F _botster botster`

const ZSH = `#compdef botster
# zsh completion for botster
_botster() {
  local line
  local -a candidates
  while IFS= read -r line; do
    candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done < <(botster complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( $#candidates )); then _describe botster candidates; else _files; fi
}
if [ "$funcstack[1]" = _botster ]; then _botster "$@"; else compdef _botster botster; fi`

const FISH = `# fish completion for botster
function __botster_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    botster complete -- $words[2..-1] "$typed" 2>/dev/null
end
complete -c botster -f -a '(__botster_complete)'`
