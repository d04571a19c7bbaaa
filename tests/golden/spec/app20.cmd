# The specification that an article's mkwpar line writes (NFS file systems, -r, -c), read back and
# written again: both are the same.
export WPARS_ROOT=$TMPDIR/r
mkdir "$WPARS_ROOT"
run() {
	echo "\$ $*"
	fake-wpar "$@" 2>&1
	echo "-> $?"
}
run mkwpar -n app20 -h app20 -N interface=en0 netmask=255.255.192.0 address=172.29.140.243 -r -c \
	-M directory=/ vfs=nfs host=lpar32p682e_pub dev=/scratch/app20root \
	-M directory=/home vfs=nfs host=lpar32p682e_pub dev=/scratch/app20home \
	-M directory=/tmp vfs=nfs host=lpar32p682e_pub dev=/scratch/app20tmp \
	-M directory=/var vfs=nfs host=lpar32p682e_pub dev=/scratch/app20var \
	-w -o "$TMPDIR/app20.spec"
sed 's/uuid = .*/uuid = …/' "$TMPDIR/app20.spec"
run mkwpar -f "$TMPDIR/app20.spec" -w -o "$TMPDIR/again.spec"
cmp "$TMPDIR/app20.spec" "$TMPDIR/again.spec" && echo same
# Files that are no specification.
for text in 'general' 'general: name = "x"' 'general:
	name = "a' 'general:
	nonsense = "x"' 'other:
	a = "b"' 'general:
	name = "x"
	name = "y"'; do
	printf '%s\n' "$text" >"$TMPDIR/bad.spec"
	run mkwpar -f "$TMPDIR/bad.spec" -w -o "$TMPDIR/never"
done
[ ! -e "$TMPDIR/never" ] && echo 'nothing was written'
