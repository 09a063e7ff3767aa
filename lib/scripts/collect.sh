#!/bin/sh
# Gathers results into /opamplan/all, each layer once. See opamplan's documentation.
#
# Below /opamplan/in/t/PACKAGE/LAYER is mounted what the step of that layer tells of it, so the plan
# says whose result it is, not the result. All of it is foreign: only plain files are read, and no
# more of them than is told here. Below /opamplan/in/all is what other collecting steps gathered.
set -u
umask 022
# Options that opamplan sets.
log_limit=4194304
# End of options.
in=/opamplan/in
all=/opamplan/all
mkdir -p "$all/layers"

# Sets `line` to the first line of a file, if that is plain and short.
first_line() {
  line=
  if [ -f "$1" ] && [ ! -L "$1" ]; then line=$(head -c 64 "$1" | head -n 1); fi
}
# A number in decimal digits, of at most 15; else `-`.
number() {
  first_line "$1"
  case $line in
  '' | *[!0-9]* | ????????????????*) line=- ;;
  esac
}

for folder in "$in"/t/*/*; do
  [ -d "$folder" ] || continue
  layer=${folder##*/}
  package=${folder%/*}
  package=${package##*/}
  first_line "$folder/status"
  status=$line
  case $status in
  success | failure | dependency_failed | download_failed) ;;
  *) continue ;;
  esac
  own=$all/layers/$package/$layer
  mkdir -p "$own"
  number "$folder/seconds"
  seconds=$line
  number "$folder/size"
  size=$line
  echo "$status" >"$own/status"
  echo "$layer" >"$own/layer"
  [ "$seconds" = - ] || echo "$seconds" >"$own/seconds"
  [ "$size" = - ] || echo "$size" >"$own/size"
  if [ -f "$folder/log" ] && [ ! -L "$folder/log" ]; then
    head -c "$log_limit" "$folder/log" >"$own/log"
  fi
  printf '%s\t%s\t%s\t%s\t%s\n' "$status" "$seconds" "$package" "$layer" "$size"
done >"$all/index.tsv"

for gathered in "$in"/all/*; do
  [ -d "$gathered/layers" ] || continue
  cp -R "$gathered/layers/." "$all/layers/"
  cat "$gathered/index.tsv" >>"$all/index.tsv"
done
