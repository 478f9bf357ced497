//go:build !linux

package pglocal

import "context"

// Cluster cannot exist on this system: Start always refuses.
type Cluster struct{}

// Start refuses with ErrSystem, so that the application still builds and runs
// against a server named by DATABASE_URL.
func Start(context.Context, Options) (*Cluster, error) { return nil, ErrSystem }

// Attach refuses with ErrSystem.
func Attach(Options) (*Cluster, error) { return nil, ErrSystem }

// Binaries refuses with ErrSystem.
func Binaries(Options) ([]Install, error) { return nil, ErrSystem }

// URL is empty, since there is no cluster.
func (*Cluster) URL(_, _ string) string { return "" }

// Dir is empty, since there is no cluster.
func (*Cluster) Dir() string { return "" }

// Major is zero, since there is no cluster.
func (*Cluster) Major() int { return 0 }

// Done is never closed, since there is no cluster to end.
func (*Cluster) Done() <-chan struct{} { return nil }

// Stop has nothing to do.
func (*Cluster) Stop(context.Context) error { return nil }
