//go:build linux

package pglocal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
)

// account is the operating system user that the engine runs as, and the one
// that this process is: the same, unless we are root.
type account struct {
	name     string
	uid, gid uint32
	switched bool   // we are root and the engine is not
	caller   string // the user of this process, whom the peer map lets in
}

// newAccount finds who runs the engine. Root becomes the first of names that
// exists, because PostgreSQL refuses root. Everybody else stays who they are
// but must have a name, because initdb looks it up.
func newAccount(uid int, names []string) (account, error) {
	self, err := user.LookupId(strconv.Itoa(uid))
	if err != nil {
		return account{}, fmt.Errorf("%w: user id %d has no entry in /etc/passwd, run as a named user or set DATABASE_URL", ErrAccount, uid)
	}
	if uid != 0 {
		return describe(self, self, false)
	}
	if names == nil {
		names = []string{"postgres", "nobody"}
	}
	for _, name := range names {
		if u, err := user.Lookup(name); err == nil && u.Uid != "0" {
			return describe(u, self, true)
		}
	}
	return account{}, fmt.Errorf("%w: root needs one of the users %v, install one with `apt-get install postgresql`", ErrAccount, names)
}

func describe(u, self *user.User, switched bool) (account, error) {
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	if err := errors.Join(err, err2); err != nil {
		return account{}, fmt.Errorf("account %s: %w", u.Username, err)
	}
	return account{name: u.Username, uid: uint32(uid), gid: uint32(gid), switched: switched, caller: self.Username}, nil
}

// owning is the account that must open an existing cluster: its owner. A
// cluster made as nobody stays so when a user postgres appears later.
func (a account) owning(data string) (account, error) {
	owner, _, err := ownerOf(data)
	if err != nil || owner == a.uid {
		return a, err
	}
	u, err := user.LookupId(strconv.Itoa(int(owner)))
	if err != nil || owner == 0 || !a.switched {
		return a, fmt.Errorf("%w: %s belongs to user id %d, this process can only run it as %s", ErrAccount, data, owner, a.name)
	}
	return describe(u, &user.User{Username: a.caller}, true)
}

// mode is that of the directories on the way to the cluster: the engine's
// account passes through them and nobody else reads them.
func (a account) mode() fs.FileMode {
	if a.switched {
		return 0o711
	}
	return 0o700
}

// credential is what the kernel is told when the engine is forked.
func (a account) credential() *syscall.Credential {
	if !a.switched {
		return nil
	}
	return &syscall.Credential{Uid: a.uid, Gid: a.gid}
}

// barrier returns the first directory or file on the way to path, itself
// included, that the account may not use, or "". The last step must be
// readable, all before it passable.
func (a account) barrier(path string) string {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return path
	}
	if closed := a.closed(filepath.Dir(real)); closed != "" {
		return closed
	}
	if info, err := os.Stat(real); err != nil || !a.may(info, 4) {
		return real
	}
	return ""
}

// closed returns the first directory on the way into dir that the account may
// not pass, or "". Access lists beyond the mode bits are not looked at; where
// they matter the engine itself will say so.
func (a account) closed(dir string) string {
	var steps []string
	for step := dir; ; step = filepath.Dir(step) {
		steps = append(steps, step)
		if step == filepath.Dir(step) {
			break
		}
	}
	for _, step := range slices.Backward(steps) {
		if info, err := os.Stat(step); err != nil || !a.may(info, 1) {
			return step
		}
	}
	return ""
}

// may reads the mode bits as the kernel would for the engine, which has no
// groups but its first. A process that does not switch asks the kernel's own
// rules by trying, so it is always allowed here.
func (a account) may(info fs.FileInfo, bit fs.FileMode) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !a.switched || !ok {
		return true
	}
	switch {
	case stat.Uid == a.uid:
		bit <<= 6
	case stat.Gid == a.gid:
		bit <<= 3
	}
	return info.Mode().Perm()&bit != 0
}

// own makes a private directory of the account, or takes over one that is there.
func (a account) own(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("private database: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("private database: %w", err)
	}
	if !info.IsDir() {
		return fmt.Errorf("private database: %s is not a directory", dir)
	}
	if a.switched {
		if err := os.Lchown(dir, int(a.uid), int(a.gid)); err != nil {
			return fmt.Errorf("private database: %w", err)
		}
	}
	return os.Chmod(dir, 0o700)
}

func ownerOf(path string) (uid, gid uint32, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, 0, fmt.Errorf("private database: %w", err)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, fmt.Errorf("private database: %s has no owner", path)
	}
	return stat.Uid, stat.Gid, nil
}
