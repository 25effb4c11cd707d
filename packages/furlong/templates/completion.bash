# $1: what may stand there, few words or a kind of thing; $2: what was typed of it; $3: what stands before that in the same word
_furlong_list() {
  local found
  while IFS= read -r found; do COMPREPLY+=("$3$found"); done < <(
    case $1 in
      '<file>') compgen -f -- "$2" ;;
      '<folder>') compgen -d -- "$2" ;;
      '<program>') compgen -c -- "$2" ;;
      '<profile>') _furlong_profiles "$2" ;;
      *) compgen -W "$1" -- "$2" ;;
    esac
  )
  # Marks folders, and quotes what would not be one word; bash 3 cannot.
  case $1 in '<f'*) compopt -o filenames 2>/dev/null ;; esac
}

# Names that begin with $1. Not by compgen -W, which expands its words as a command line.
_furlong_profiles() {
  local name
  sed -n -e '/^\[sso-session /d' -e '/^\[services /d' -e 's/^\[\(profile \)*\([^] ]*\)\].*/\2/p' \
    "${AWS_CONFIG_FILE:-$HOME/.aws/config}" "${AWS_SHARED_CREDENTIALS_FILE:-$HOME/.aws/credentials}" 2>/dev/null |
    while IFS= read -r name; do case $name in "$1"*) printf '%s\n' "$name" ;; esac; done
}

_furlong() {
  local typed=${COMP_WORDS[COMP_CWORD]} before='' command='' option='' place=0 rest='' joined='' index word takes
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=${COMP_WORDS[index]}
    # Bash divides words at these, and at = below.
    if [[ $word == [:@]* ]]; then joined=yes
    elif [[ -n $joined ]]; then joined=''
    elif [[ -z $command ]]; then command=$word
    elif [[ -n $rest ]]; then rest=others
    elif [[ $word == = ]]; then option=${COMP_WORDS[index - 1]}
    elif [[ -n $option ]]; then option=''
    elif [[ $word == -- ]] && _furlong_rest "$command"; then rest=first
    elif _furlong_value "$command $word"; then option=$word
    elif [[ $word != -* ]]; then place=$((place + 1))
    fi
  done
  if [[ $typed == = ]]; then
    option=${COMP_WORDS[COMP_CWORD - 1]} typed=''
  elif [[ -z $option && $typed == --*=* ]]; then
    option=${typed%%=*} before=$option= typed=${typed#*=}
  fi
  if [[ -n $joined ]]; then return
  elif [[ $rest == first ]]; then takes='<program>'
  elif [[ -n $rest ]]; then takes='<file>'
  elif [[ -n $option ]]; then _furlong_value "$command $option" || return
  elif [[ $typed == -* ]]; then _furlong_options "$command" || return
  elif [[ -z $command ]]; then _furlong_argument '' || return
  else _furlong_argument "$command $place" || return
  fi
  _furlong_list "$takes" "$typed" "$before"
}

complete -F _furlong furlong
