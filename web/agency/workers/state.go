package workers

// Where a representation stands.
const (
	waiting   = "Waiting for the worker"
	confirmed = "Confirmed"
	archived  = "Archived"
)
