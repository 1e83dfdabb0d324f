# Keeps the container there while a shell of podmux is in it, and for five minutes after: it cannot be removed, but it can end.
idle=0
while [ "$idle" -lt 10 ]; do
  sleep 30
  idle=$((idle + 1))
  if grep -q PODMUX_SESSION= /proc/[0-9]*/environ 2>/dev/null; then idle=0; fi
done
