//go:build linux

package pglocal

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// tuning is the part of the configuration that ALTER SYSTEM may change. The
// log holds neither statements nor row values: they name people.
const tuning = `# Written by Wardbridge at each start. Tune with ALTER SYSTEM, which wins over this file.
shared_buffers = '%dMB'
shared_preload_libraries = '%s'
max_connections = 200
max_wal_size = '4GB'
wal_compression = on
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
default_text_search_config = 'pg_catalog.english'
log_destination = 'stderr'
log_line_prefix = '%%m [%%p] '
log_min_messages = log
log_min_error_statement = panic
log_error_verbosity = terse
log_checkpoints = off
`

// configure writes what may change between two starts: tuning, who may log in,
// and as whom. The files lie outside the data directory, out of the engine's
// own reach.
func (c *Cluster) configure(logins []string) error {
	var ident strings.Builder
	users := []string{c.account.caller}
	if c.account.switched { // its own account can read the files anyway
		users = append(users, c.account.name)
	}
	for _, user := range users {
		for _, login := range logins {
			fmt.Fprintf(&ident, "app \"%s\" \"%s\"\n", user, login)
		}
	}
	preload := ""
	if hasLibrary(c.bin, "pg_stat_statements") {
		preload = "pg_stat_statements"
	}
	for name, text := range map[string]string{
		"wardbridge.conf": fmt.Sprintf(tuning, buffers(c.options.NoSync, memory()), preload),
		"hba.conf":        "local all all peer map=app\n",
		"ident.conf":      ident.String(),
	} {
		if err := write(filepath.Join(c.place.run(), name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// walls are given on the command line, where nothing inside the database can
// change them.
func (c *Cluster) walls() []string {
	args := []string{"-D", c.place.data()}
	set := func(name, value string) { args = append(args, "-c", name+"="+value) }
	set("listen_addresses", "")
	set("port", port)
	set("unix_socket_directories", `"`+c.socket+`"`)
	set("unix_socket_permissions", "0700")
	set("hba_file", filepath.Join(c.place.run(), "hba.conf"))
	set("ident_file", filepath.Join(c.place.run(), "ident.conf"))
	set("logging_collector", "off")
	if c.options.NoSync { // commits still outlive a killed process, which tests kill
		set("fsync", "off")
		set("full_page_writes", "off")
	}
	return args
}

// hasLibrary looks for a loadable library where the layouts of Debian, of the
// RPMs and of the bundle have it.
func hasLibrary(bin, name string) bool {
	for _, lib := range []string{"../lib", "../lib/postgresql"} {
		if _, err := os.Stat(filepath.Join(bin, lib, name+".so")); err == nil {
			return true
		}
	}
	return false
}

// buffers is a quarter of the memory in MB, between 32 and 512: beyond that the
// page cache does as well. Test clusters are many and small.
func buffers(test bool, bytes uint64) uint64 {
	most := uint64(512)
	if test {
		most = 128
	}
	return max(32, min(bytes>>20/4, most))
}

// memory is what this process may use: the machine's, or the container's when
// that is less. Unknown is taken as 1 GB.
func memory() uint64 {
	total := uint64(1 << 30)
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			field := strings.Fields(line)
			if len(field) > 1 && field[0] == "MemTotal:" {
				if kb, err := strconv.ParseUint(field[1], 10, 64); err == nil {
					total = kb << 10
				}
			}
		}
	}
	for _, path := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		if limit, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64); err == nil {
			total = min(total, limit)
		}
	}
	return total
}
