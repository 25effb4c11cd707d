# Kills the process groups of a server that ended without stopping them, what left its group too, and removes its folder.
# Input: one line for a change, "+ <group> <marker>" or "- <group>"; the end of the input is the end of the server.
# The marker stands in the environment of whatever the group started.
folder=$1
groups=' '
trap '' HUP INT TERM
while read -r change group marker; do
  case $group in '' | *[!0-9]*) continue ;; esac
  case $marker in *[!0-9a-f]*) continue ;; esac
  case $change in
    +) groups="$groups$group:$marker " ;;
    -)
      case $groups in
        *" $group:"*)
          before=${groups%%" $group:"*}
          after=${groups#*" $group:"}
          groups="$before ${after#* }"
          ;;
      esac
      ;;
  esac
done
for entry in $groups; do
  kill -KILL "-${entry%%:*}" 2>/dev/null
done
for entry in $groups; do
  marker=${entry#*:}
  [ -n "$marker" ] || continue
  for file in $(grep -laF "$marker" /proc/[0-9]*/environ 2>/dev/null); do
    process=${file#/proc/}
    kill -KILL "${process%%/*}" 2>/dev/null
  done
done
case $folder in
  */furlong-*) rm -rf -- "$folder" ;;
esac
