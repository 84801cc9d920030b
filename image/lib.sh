# shellcheck shell=bash
# Shared by build and the steps (sourced): messages, the cache, the pins.
set -Eeuo pipefail
shopt -s inherit_errexit
export LC_ALL=C TZ=UTC
umask 022
PATH=$PATH:/usr/sbin:/sbin

IMAGE_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
REPO_DIR=$(dirname "$IMAGE_DIR")
CACHE_DIR=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/pisang/image
# shellcheck source=image/pins.sh
. "$IMAGE_DIR/pins.sh"

say() { printf 'image: %4s s  %s\n' "$SECONDS" "$*" >&2; }

# The exit status of a script that has said why it ends; any other failure is said by the trap, with its place.
SAID=65
fail() { printf 'image: %s\n' "$*" >&2; exit "$SAID"; }
failed_at() { # failed_at STATUS LINE COMMAND
  [ "$1" = "$SAID" ] || printf 'image: %s line %s: exit status %s of: %s\n' "${0##*/}" "$2" "$1" "$3" >&2
  exit "$SAID"
}
trap 'failed_at "$?" "$LINENO" "$BASH_COMMAND"' ERR

# pins_of FILE: its lines without comments.
pins_of() { grep -v '^#' "$IMAGE_DIR/$1"; }

# hash_of: 16 hex digits of standard input.
hash_of() { sha256sum | cut -c1-16; }

# epoch_of PATH…: time of the last commit that changed one of them.
epoch_of() {
  local at
  at=$(git -C "$REPO_DIR" log -1 --format=%ct -- "$@" 2>/dev/null || true)
  echo "${at:-1700000000}"
}

# commit_now: the commit of this clone, and whether anything in it is not committed; a file that git does not know is built in, too.
commit_now() {
  local commit
  commit=$(git -C "$REPO_DIR" rev-parse HEAD 2>/dev/null) || { echo unknown; return; }
  [ -z "$(git -C "$REPO_DIR" status --porcelain -- ':!docs' 2>/dev/null)" ] || commit=$commit-dirty
  echo "$commit"
}

# cached NAME KEY COMMAND…: runs COMMAND… DIR unless a result with this key is kept; prints the result's folder.
# Only a command that succeeded leaves a result; of each name the newest six are kept.
cached() {
  local name=$1 key=$2 started=$SECONDS
  local result=$CACHE_DIR/$name-$key
  shift 2
  if [ -d "$result" ]; then
    say "$name: unchanged"
    touch "$result"
    echo "$result"
    return
  fi
  say "$name: building"
  mkdir -p "$CACHE_DIR"
  find "$CACHE_DIR" -maxdepth 1 -name ".$name.*" -mmin +240 -exec rm -rf --one-file-system {} +
  local work
  work=$(mktemp -d "$CACHE_DIR/.$name.XXXXXX")
  (
    trap '[ "$?" = 0 ] || { rm -rf --one-file-system "$work"; say "$name: failed; the reason is above"; }' EXIT
    "$@" "$work"
  ) >&2
  chmod 755 "$work"
  mv -T "$work" "$result"
  local old
  find "$CACHE_DIR" -maxdepth 1 -name "$name-*" -printf '%T@ %p\n' | sort -rn | tail -n +7 | cut -d' ' -f2- |
    while read -r old; do rm -rf --one-file-system "$old"; done
  say "$name: done in $((SECONDS - started)) s"
  echo "$result"
}
