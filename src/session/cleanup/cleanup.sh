# Ends or counts what one session left in this container. Builtins first: it must work where nothing can fork.
# ID LEADER SID START BOOT INIT GRACE MODE LIMIT FORK; START is in clock ticks since boot, GRACE in hundredths of a second.
id=$1 lead=$2 sid=$3 since=$4 boot=$5 init=$6 grace=$7 mode=$8 limit=$9
shift 9
fork=$1
LC_ALL=C
unset IFS

# Field 2 may hold blanks, brackets and line feeds: all is cut after its last bracket.
stat_of() {
  l=
  while IFS= read -r x; do l="$l$x "; done 2>/dev/null </proc/"$1"/stat
  case $l in *') '*) ;; *) return 1 ;; esac
  nm=${l#*\(} nm=${nm%\)*}
  fields ${l##*\) }
}
fields() { st=$1 pp=$2 sd=$4 bt=${20}; }

clock() {
  IFS=' ' read -r now x 2>/dev/null </proc/uptime || now=0.00
  now=${now%.*}${now#*.}
  while case $now in 0?*) ;; *) false ;; esac do now=${now#0}; done
}

nap() {
  if [ "$fork" = fork ]; then
    sleep 0.1 2>/dev/null || sleep 1
  else
    clock
    until_=$((now + 10))
    while [ "$now" -lt "$until_" ]; do clock; done
  fi
}

# Leaves 0 for our marker, 2 for another session's, 1 for none or unreadable. The builtin read drops the NULs.
mark_of() {
  case $ours in *" $1 "*) return 0 ;; esac
  case $theirs in *" $1 "*) return 2 ;; esac
  [ -z "$grepped" ] || return 1
  r=1
  while IFS= read -r x || [ -n "$x" ]; do
    case $x in
    *PODMUX_SESSION="$id"*) return 0 ;;
    *PODMUX_SESSION=[0-9a-f]*) r=2 ;;
    esac
  done 2>/dev/null </proc/"$1"/environ
  return $r
}

# Many processes: one grep for all. A plain pattern, because some greps stop at the first NUL with -F.
grep_marks() {
  ours=' ' theirs=' ' grepped=
  [ "$fork" = fork ] && [ "$n" -gt 40 ] && command -v grep >/dev/null 2>&1 || return 0
  files= m=0
  for p in $cand end; do
    if [ "$p" != end ]; then files="$files /proc/$p/environ" m=$((m + 1)); fi
    if [ "$m" -ge 500 ] || [ "$p" = end ]; then
      for f in $(grep -l "PODMUX_SESSION=$id" $files /dev/null 2>/dev/null); do f=${f#/proc/}; ours="$ours${f%/*} "; done
      for f in $(grep -l 'PODMUX_SESSION=[0-9a-f]' $files /dev/null 2>/dev/null); do
        f=${f#/proc/} f=${f%/*}
        case $ours in *" $f "*) ;; *) theirs="$theirs$f " ;; esac
      done
      files= m=0
    fi
  done
  grepped=1
}

limited() {
  [ "$limit" != 0 ] || return 1
  while read -r a b c x y; do
    case "$a $b $c" in 'Max file size') [ "$x" = "$limit" ]; return ;; esac
  done 2>/dev/null </proc/"$1"/limits
  return 1
}

# Leaves every candidate in $cand, the session's in $all, those of other sessions in $foreign.
scan() {
  cand= n=0
  for d in /proc/[0-9]*; do
    p=${d#/proc/}
    case $p in *[!0-9]*) continue ;; esac
    case $skip in *" $p "*) continue ;; esac
    stat_of "$p" || continue
    # Older ones are not looked at again in this run; the proof is a run of its own.
    [ "$bt" -ge "$since" ] || { skip="$skip$p "; continue; }
    [ "$sd" != "$me" ] || continue
    cand="$cand $p" n=$((n + 1))
    eval "s$p=\$st p$p=\$pp d$p=\$sd b$p=\$bt n$p=\$nm"
  done
  # A living process of the leader's number but with another start means that this session id is free again.
  sidok=$sid alive=
  if [ "$lead" != 0 ] && stat_of "$lead"; then
    if [ "$bt" = "$since" ]; then alive=$lead; else sidok=0; fi
  fi
  grep_marks
  all=' ' foreign=' '
  for p in $cand; do
    eval "bt=\$b$p sd=\$d$p"
    case $known in *" $p:$bt "*) all="$all$p "; continue ;; esac
    mark_of "$p"
    case $? in
    0) all="$all$p " ;;
    2) foreign="$foreign$p " ;;
    *)
      if [ "$p" = "$alive" ] || { [ "$sidok" != 0 ] && [ "$sd" = "$sidok" ]; } || limited "$p"; then
        all="$all$p "
      fi
      ;;
    esac
  done
  grown=1
  while [ "$grown" = 1 ]; do
    grown=0
    for p in $cand; do
      case $all$foreign in *" $p "*) continue ;; esac
      eval "pp=\$p$p"
      case $all in *" $pp "*) all="$all$p " grown=1 ;; esac
    done
  done
  targets= zombies= count=0
  for p in $all; do
    eval "st=\$s$p bt=\$b$p"
    case $known in *" $p:$bt "*) ;; *) known="$known$p:$bt " ;; esac
    case $st in
    Z | X) zombies="$zombies $p" ;;
    *)
      case $mode in *children) [ "$p" != "$alive" ] || continue ;; esac
      targets="$targets $p" count=$((count + 1))
      ;;
    esac
  done
}

show() {
  w=$1
  shift
  for p; do
    eval "st=\$s$p bt=\$b$p sd=\$d$p nm=\$n$p"
    printf '%s\n' "$w $p $bt $sd $st $nm"
  done
}

# The start is read again right before the signal: the number may belong to another process by now.
hit() {
  eval "was=\$b$2"
  stat_of "$2" && [ "$bt" = "$was" ] && [ "$2" -gt 1 ] && kill -s "$1" "$2" 2>/dev/null
}

# Interactive shells ignore TERM and obey HUP; stopped ones need CONT to die of either.
tell() {
  for t in $targets; do
    eval "bt=\$b$t"
    case $told in *" $t:$bt "*) continue ;; esac
    told="$told$t:$bt " signalled=$((signalled + 1))
    hit TERM "$t"
    hit HUP "$t"
    hit CONT "$t"
  done
}

# Stopped first, so that nothing is born while it is counted.
freeze() {
  stopped=' ' f=0 new=1
  while [ "$new" = 1 ] && [ "$f" -lt 5 ]; do
    new=0 f=$((f + 1))
    for t in $targets; do
      eval "bt=\$b$t"
      case $stopped in *" $t:$bt "*) continue ;; esac
      stopped="$stopped$t:$bt " new=1
      hit STOP "$t"
    done
    [ "$new" = 0 ] || scan
  done
}

slay() {
  killed=' '
  for t in $targets; do
    eval "bt=\$b$t"
    case $told in *" $t:$bt "*) ;; *) told="$told$t:$bt " signalled=$((signalled + 1)) ;; esac
    killed="$killed$t:$bt "
    hit KILL "$t"
  done
  k=0
  while [ "$k" -lt 5 ]; do
    k=$((k + 1))
    scan
    [ -n "$targets" ] || return 0
    for t in $targets; do
      eval "bt=\$b$t"
      case $killed in *" $t:$bt "*) ;; *) return 0 ;; esac
    done
    nap
  done
}

terminate() {
  clock
  end=$((now + grace))
  tell
  while [ -n "$targets" ]; do
    clock
    [ "$now" -lt "$end" ] || break
    nap
    scan
    tell
  done
  rounds=0
  while [ -n "$targets" ] && [ "$rounds" -lt 5 ]; do
    rounds=$((rounds + 1))
    freeze
    slay
  done
}

# Born since, in a session of its own, its parent older than us, in this very container; not the root of another exec.
strays() {
  IFS= read -r mine 2>/dev/null </proc/$$/cgroup || mine=
  for p in $cand; do
    case $all$foreign in *" $p "*) continue ;; esac
    eval "st=\$s$p pp=\$p$p sd=\$d$p"
    case $st in Z | X) continue ;; esac
    case " $cand " in *" $pp "*) continue ;; esac
    [ "$pp$p" != "0$sd" ] && [ "$sd" != 0 ] || continue
    case " $cand " in *" $sd "*) ;; *) [ ! -e "/proc/$sd" ] || continue ;; esac
    IFS= read -r cg 2>/dev/null </proc/"$p"/cgroup || cg=
    [ "$cg" != "$mine" ] || show stray "$p"
  done
}

finish() {
  printf '%s\n' "end $1 $count"
  exit "$1"
}

main() {
  printf '%s\n' "podmux-report 1 $id"
  count=0 signalled=0 known=' ' told=' ' skip=" 1 $$ "
  stat_of $$ || finish 4
  me=$sd
  [ "$sid" = 0 ] || [ "$me" != "$sid" ] || finish 4
  while [ "$pp" -gt 1 ]; do
    skip="$skip$pp "
    stat_of "$pp" || break
  done
  if [ "$boot" != - ]; then
    IFS= read -r x 2>/dev/null </proc/sys/kernel/random/boot_id || finish 4
    [ "$x" = "$boot" ] || finish 5
  fi
  hidden=
  stat_of 1 || hidden=1
  if [ "$init" != 0 ]; then
    [ -z "$hidden" ] || finish 4
    [ "$bt" = "$init" ] || finish 5
  fi
  scan
  case $mode in
  session | children)
    show found $targets
    terminate
    printf '%s\n' "signalled $signalled"
    ;;
  esac
  show left $targets
  show zombie $zombies
  strays
  [ -z "$targets" ] || finish 3
  [ -z "$hidden" ] || finish 4
  finish 0
}
main
exit 4
