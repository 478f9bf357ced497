//go:build linux

package pglocal

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
)

// init makes the cluster under another name and renames it when it is whole, so
// that no crash leaves half of one. Text compares by code point (C.UTF-8) and
// so the same on every system and after every upgrade; where the system has no
// such locale, C.
func (c *Cluster) init(ctx context.Context) error {
	c.options.log().Info("making a private database", slog.Int("major", c.install.Major), slog.String("dir", c.place.home))
	part := c.place.data() + ".init"
	err := evict(ctx, part) // the child of an initdb that was killed
	if err != nil {
		return err
	}
	for _, locale := range []string{"C.UTF-8", "C"} {
		if err = os.RemoveAll(part); err != nil {
			return fmt.Errorf("private database: %w", err)
		}
		if err = c.account.own(part); err != nil {
			return err
		}
		if err = c.initdb(ctx, part, locale); err == nil {
			break
		}
		if ctx.Err() != nil {
			break
		}
	}
	if err != nil {
		_ = os.RemoveAll(part)
		return err
	}
	if err := include(filepath.Join(part, "postgresql.conf")); err != nil {
		return err
	}
	if err := os.Rename(part, c.place.data()); err != nil {
		return fmt.Errorf("private database: %w", err)
	}
	return syncDir(c.place.run())
}

// initdb fills an empty directory.
func (c *Cluster) initdb(ctx context.Context, dir, locale string) error {
	args := []string{"-D", dir, "-U", superuser, "--encoding=UTF8", "--locale-provider=libc", "--locale=" + locale,
		"--auth-local=peer", "--auth-host=reject", "--data-checksums", "--no-instructions"}
	if c.options.NoSync {
		args = append(args, "--no-sync")
	}
	var said bytes.Buffer
	cmd := command(c.account, filepath.Join(c.bin, "initdb"), args...)
	cmd.Stdout, cmd.Stderr = &said, &said
	p, err := launch(cmd)
	if err != nil {
		return err
	}
	select {
	case <-p.done:
	case <-ctx.Done():
		_ = syscall.Kill(-p.pid(), syscall.SIGKILL) // the group: initdb has children
		<-p.done
		return fmt.Errorf("private database: %w", context.Cause(ctx))
	}
	if p.err != nil {
		return fmt.Errorf("private database: initdb (%w): %s", p.err, bytes.TrimSpace(said.Bytes()))
	}
	return nil
}

// include makes the engine read our tuning, which lies one directory up. It
// comes before postgresql.auto.conf, so ALTER SYSTEM wins.
func include(conf string) error {
	f, err := os.OpenFile(conf, os.O_WRONLY|os.O_APPEND|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return fmt.Errorf("private database: %w", err)
	}
	_, err = f.WriteString("\ninclude_if_exists = '../wardbridge.conf'\n")
	if shut := f.Close(); err == nil {
		err = shut
	}
	if err != nil {
		return fmt.Errorf("private database: %w", err)
	}
	return nil
}

// syncDir makes a rename last through a power cut.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("private database: %w", err)
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return fmt.Errorf("private database: %w", err)
	}
	return nil
}
