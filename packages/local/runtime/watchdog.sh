# Kills the process groups of a server that ended without stopping them, and removes its folder.
# Input: one line for a change, "+ <group>" or "- <group>"; the end of the input is the end of the server.
folder=$1
groups=' '
trap '' HUP INT TERM
while read -r change group; do
  case $group in '' | *[!0-9]*) continue ;; esac
  case $change in
    +) groups="$groups$group " ;;
    -)
      case $groups in
        *" $group "*) groups="${groups%%" $group "*} ${groups#*" $group "}" ;;
      esac
      ;;
  esac
done
for group in $groups; do
  kill -KILL "-$group" 2>/dev/null
done
case $folder in
  */furlong-*) rm -rf -- "$folder" ;;
esac
