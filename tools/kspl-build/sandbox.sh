# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2004,SC2034,SC2086,SC2153,SC2154 # the parts of kspl-build share variables
#
# Part of kspl-build: where the compiler runs.
#
# A patch is another person's text, and a compiler reads what that names: a key by
# .incbin, another user's file by #include. So whatever works on patched text runs
# where nothing else is: in namespaces of its own (bubblewrap), without network,
# other processes and privileges, as nobody's user where root builds, and with no
# more files than the system's programs, the trees, and the work directory.

NO_SANDBOX=
BOX=()		# options of the sandbox
BOX_RUN=()	# what runs first in it
BOX_ENV=()	# what is known in it of the environment
BOX_USER=()	# options where no user namespace was made before
BOX_UID=	# where root builds: an uid that is nobody's

# unused_uid: of the uids that this system can have, one without an account
unused_uid()
{
	local uid

	for uid in 1802698752 64913 64912; do
		if ! getent passwd "$uid" >/dev/null && setpriv --reuid "$uid" --regid "$uid" --clear-groups true 2>/dev/null; then
			printf '%s' "$uid"
			return
		fi
	done
}

# keys_in DIR: what may be a private key
keys_in()
{
	find "$1" -type f -size -64k \( -name '*.pem*' -o -name '*.key' -o -name '*.priv' -o -name '*.p12' -o -name '*.pfx' -o -name id_rsa -o -name id_ecdsa -o -name id_ed25519 \) -print
}

# box_keys: options that hide them; a build tree holds the kernel's own
box_keys()
{
	local programs file key=${CONF[CONFIG_MODULE_SIG_KEY]-}

	key=${key//\"/}
	[[ -z $key || $key == /* || $key == pkcs11:* ]] || key=$BUILD/$key
	programs=$(box_programs | tr '\0' '\n' | tail -n 1)
	{
		keys_in "$BUILD"
		keys_in "$KERNEL_SOURCE"
		[[ -z $MODULE ]] || keys_in "$MODULE"
		for file in "$key" "$SIGN_KEY"; do
			[[ ! -f $file ]] || realpath -- "$file"
		done
	} | sort -u | while IFS= read -r file; do
		case $file in
		"$BUILD"/* | "$KERNEL_SOURCE"/* | "$WORK"/* | /usr/* | "${programs:-/usr}"/*)
			printf '%s\0' --ro-bind /dev/null "$file" ;;
		esac
	done
}

# box_programs: where the compiler is, if that is not the system's: its prefix, if that is
# one (and not a user's home), or its directory
box_programs()
{
	local dir prefix

	dir=$(realpath -- "$(command -v "${CC:-gcc}")") || return
	dir=$(dirname -- "$dir")
	prefix=${dir%/*}
	case $dir/ in
	/usr/* | /bin/*)	return ;;
	esac
	[[ $dir != */bin || -z $prefix || $prefix == "${HOME%/}" ]] || [[ ! -d $prefix/lib/gcc && ! -d $prefix/lib/clang ]] || dir=$prefix
	printf '%s\0' --ro-bind "$dir" "$dir"
}

# box_parents DIR...: options that make the directories above, for all to pass: bubblewrap
# would give them the modes that they have outside
box_parents()
{
	local dir

	for dir; do
		while dir=${dir%/*} && [[ -n $dir ]]; do
			printf '%s\n' "$dir"
		done
	done | sort -u | while IFS= read -r dir; do
		case $dir/ in
		/usr/* | /tmp/) ;;
		*)	printf '%s\0' --perms 0755 --dir "$dir" ;;
		esac
	done
}

# make_box: BOX for this run's trees
make_box()
{
	local dir trees opts=(--perms 0755 --dir /dev --perms 0755 --dir /etc)

	for dir in bin sbin lib lib32 lib64 libx32; do
		if [[ -L /$dir ]]; then
			opts+=(--symlink "$(readlink "/$dir")" "/$dir")
		elif [[ -d /$dir ]]; then
			opts+=(--ro-bind "/$dir" "/$dir")
		fi
	done
	for dir in /etc/alternatives /etc/ld.so.cache /etc/ld.so.conf /etc/ld.so.conf.d; do
		opts+=(--ro-bind-try "$dir" "$dir")
	done
	for dir in null zero random urandom; do
		opts+=(--dev-bind "/dev/$dir" "/dev/$dir")
	done
	mkdir -p "$CACHE/author"
	mapfile -t trees < <(kernel_dirs)
	ended $!
	mapfile -d '' -t -O ${#opts[@]} opts < <(box_parents "${trees[@]}" "$CACHE/author" "$WORK" ${CCACHE_DIR+"$CCACHE_DIR"} \
		"$CACHE/farm/." "$(realpath -- "$(command -v "${CC:-gcc}")")")
	ended $!
	mapfile -d '' -t -O ${#opts[@]} opts < <(box_programs)
	ended $!
	# what is in another comes after it
	while IFS= read -r dir; do
		opts+=(--ro-bind "$dir" "$dir")
	done < <(printf '%s\n' "${trees[@]}" "$CACHE/author" ${FARM+"$FARM"} | sort -u)
	ended $!
	mapfile -d '' -t -O ${#opts[@]} opts < <(box_keys)
	ended $!
	# what is missing in these would be at hand in there
	nothing_lost
	# what git was told to fetch from may have a password in it
	for dir in "${trees[@]/%//.git}"; do
		if [[ -d $dir ]]; then
			opts+=(--tmpfs "$dir")
		elif [[ -e $dir ]]; then
			opts+=(--ro-bind /dev/null "$dir")
		fi
	done
	[[ -z ${CCACHE[0]-} ]] || opts+=(--bind "$CCACHE_DIR" "$CCACHE_DIR")
	# (SRCARCH: Debian has an objtool for each)
	BOX_ENV=(PATH="$PATH" LC_ALL=C HOME=/tmp TMPDIR=/tmp ${MODULE:+SRCARCH=x86} ${SOURCE_DATE_EPOCH+"SOURCE_DATE_EPOCH=$SOURCE_DATE_EPOCH"})
	# what compiler_cache() sets: the caller's may name a server, with a password
	for dir in CCACHE_DIR CCACHE_NOINODECACHE CCACHE_DEPEND CCACHE_MAXSIZE; do
		[[ -z ${CCACHE[0]-} ]] || BOX_ENV+=("$dir=${!dir}")
	done
	BOX=(--unshare-pid --unshare-net --unshare-ipc --unshare-uts --unshare-cgroup-try
		--hostname build --new-session --die-with-parent --cap-drop ALL
		--ro-bind /usr /usr --perms 1777 --tmpfs /tmp "${opts[@]}" --ro-bind "$WORK" "$WORK" --chdir /tmp)
	BOX_RUN=()
	if [[ -n $BOX_UID ]]; then
		BOX+=(--cap-add CAP_SETUID --cap-add CAP_SETGID --cap-add CAP_SETPCAP)
		BOX_RUN=(setpriv --reuid "$BOX_UID" --regid "$BOX_UID" --clear-groups --inh-caps=-all --ambient-caps=-all --bounding-set=-all --)
	fi
}

# Where the sandbox may write: to what comes out of it, and to nothing that says what
# is done outside, nor in another sandbox.
BOX_DIRS=(pre post screen screenold oldtypes 'done' module each)

# choose_sandbox: after the trees are known
choose_sandbox()
{
	local why

	cp -- "$LIB/run-job" "$LIB/run-module" "$WORK/" || die $EXIT_FAILED "can't write to $WORK"
	if [[ -n $NO_SANDBOX ]]; then
		compiler_cache
		warn "without a sandbox, the patch can make the compiler read any file that you can read"
		return
	fi
	command -v bwrap >/dev/null || die $EXIT_FAILED \
		"bubblewrap was not found: without it the compiler would read any file that the patch names" \
		"'apt-get install bubblewrap'; or --no-sandbox, for patches that you trust as your own."
	if ((EUID == 0)); then
		BOX_UID=$(unused_uid)
		others_can_read || BOX_UID=
	fi
	compiler_cache
	try_box || {
		why=$(tail -n 1 "$WORK/log/sandbox")
		die $EXIT_FAILED "the compiler can't have a sandbox here: $why" \
			"It needs namespaces (as root, or kernel.unprivileged_userns_clone, user.max_user_namespaces); or --no-sandbox, for patches that you trust as your own."
	}
	verbose "sandbox: bubblewrap${BOX_UID:+, as uid $BOX_UID}"
}

# Trees of a root with a narrow umask are for root alone, also without privileges.
others_can_read()
{
	local file

	[[ -n $BOX_UID ]] || return 1
	for file in "$KERNEL_SOURCE/Kconfig" "$KERNEL_SOURCE/include/linux" "$BUILD/.config" "$BUILD/include/generated" "$BUILD/include/config/auto.conf"; do
		[[ ! -e $file ]] || ! closed_to_others "$file" 004 || return 1
	done
}

try_box()
{
	((EUID == 0)) || BOX_USER=(--unshare-user)
	# only the sandbox has to pass through it
	[[ -z $BOX_UID ]] || { chgrp "$BOX_UID" -- "$WORK" && chmod 710 -- "$WORK"; } ||
		die $EXIT_FAILED "can't give $WORK to the sandbox"
	make_box
	in_box true 2>"$WORK/log/sandbox" && return
	# a root that may not make namespaces, but for users
	((EUID == 0)) || return 1
	BOX_USER=(--unshare-user)
	BOX_UID=
	make_box
	in_box true 2>>"$WORK/log/sandbox"
}

# box_owns DIR...: it may write there
box_owns()
{
	[[ -n $BOX_UID ]] || return 0
	chown "$BOX_UID:$BOX_UID" -- "$@" || die $EXIT_FAILED "can't give $1 to the sandbox"
}

# alone COMMAND...: instead of this shell, with none of its files, nor of its caller's:
# what is open can be read wherever one is
alone()
{
	local fd

	exec <"${BOX_STDIN:-/dev/null}"
	for fd in "/proc/$BASHPID/fd/"*; do
		fd=${fd##*/}
		[[ ! $fd =~ ^[0-9]+$ ]] || ((fd <= 2)) || eval "exec $fd>&-"
	done
	exec "$@"
}

# BOXED bwrap OPTION...: into the sandbox, without what no namespace keeps out.
#
# The keys of the kernel that the caller's session has (keyrings(7)) would be at hand in
# there, too: so it gets a session of its own, without any. 250: keyctl(), 1:
# KEYCTL_JOIN_SESSION_KEYRING. Where that is not permitted, or is not there, no key can
# be read either.
#
# Sockets are of AF_UNIX, AF_INET, AF_INET6 and AF_NETLINK, of which there are others in
# each network namespace; not so of vsock, by which a guest talks to its host. The filter
# (seccomp(2)) says EAFNOSUPPORT to others, also where i386, x32 or io_uring would make
# them: opcode, jumps if true and if false, operand.
# shellcheck disable=SC2016 # Perl's
BOXED=(perl -e 'syscall(250, 1, 0) >= 0 or $! == 1 or $! == 38 or die "no keyring of its own: $!\n";
	my @filter = ([0x20, 0, 0, 4], [0x15, 0, 9, 0xc000003e], [0x20, 0, 0, 0], [0x35, 13, 0, 0x40000000],
		[0x15, 12, 0, 425], [0x15, 0, 10, 41], [0x20, 0, 0, 16], [0x15, 8, 0, 1], [0x15, 7, 0, 2], [0x15, 6, 0, 10],
		[0x15, 5, 6, 16], [0x15, 0, 4, 0x40000003], [0x20, 0, 0, 0], [0x15, 3, 0, 102], [0x15, 2, 0, 359],
		[0x15, 1, 0, 425], [0x06, 0, 0, 0x7fff0000], [0x06, 0, 0, 0x00050000 | 97]);
	my ($out, $in);
	$^F = 255;
	pipe($out, $in) && syswrite($in, join("", map { pack("SCCL", @$_) } @filter)) && close($in) or die "no filter: $!\n";
	my ($bwrap, @options) = @ARGV;
	exec { $bwrap } $bwrap, "--seccomp", fileno($out), @options or die "$bwrap: $!\n"' --)

# in_box COMMAND...: in the mount namespace of ENTER, if there is one; its input is
# BOX_STDIN, or nothing
in_box()
{
	local user=("${BOX_USER[@]}") dir writable=() limit=

	if ((!${#BOX[@]})); then
		(alone "${ENTER[@]}" "$@")
		return
	fi
	# An uid of its own has so many processes and no more; a user's own are counted with it
	[[ -z $BOX_UID ]] || limit=$((64 * JOBS + 512))
	# there it is root of a user namespace already
	((!${#ENTER[@]} || !EUID)) || user=()
	for dir in "${BOX_DIRS[@]/#/$WORK/}"; do
		[[ ! -d $dir || -L $dir ]] || writable+=(--bind "$dir" "$dir")
	done
	[[ -z ${BOX_CACHE-} ]] || writable+=(--bind "$BOX_CACHE" "$CCACHE_DIR")
	([[ -z $limit ]] || ulimit -u "$limit" 2>/dev/null; alone "${ENTER[@]}" env -i "${BOX_ENV[@]}" "${BOXED[@]}" bwrap "${user[@]}" "${BOX[@]}" "${writable[@]}" "${BOX_MORE[@]}" "${BOX_RUN[@]}" "$@")
}

# box_clean: nothing but files and directories is left behind that a later step
# could be led astray by
box_clean()
{
	local found

	((${#BOX[@]})) || return 0
	# what was unpacked before any patch was read is not used any more
	found=$(find "$WORK" \( -path "$WORK/headers.*" -o -path "$WORK/upper*" \) -prune -o \
		! -type f ! -type d -printf '%P' -quit)
	[[ -z $found ]] || die $EXIT_FAILED "a compiler left something that is not a file: $found" \
		"The patch may be an attack: check where it comes from."
}
