package jobs

import (
	"context"
	"encoding/json"
	"fmt"

	"wardbridge/tenants"
)

// Runner opens the short units of work of a job that is done in steps. All of
// them are the party's that enqueued the job.
type Runner interface {
	// Once runs fn in a Tx of its own and remembers the key in it: a job that
	// starts again passes over what it has done.
	Once(key string, fn func(context.Context, *tenants.Tx) error) error
	// Do runs fn in a Tx of its own each time: for reads, and for writes that
	// may be repeated.
	Do(fn func(context.Context, *tenants.Tx) error) error
	// Party is whom the job runs as.
	Party() tenants.Party
}

// task is how one kind of job is done: in one Tx, or in steps.
type task struct {
	whole    func(context.Context, *tenants.Tx, json.RawMessage) error
	steps    func(context.Context, Runner, json.RawMessage) error
	long     bool
	attempts int
}

// Option changes how jobs of one kind are treated.
type Option func(*task)

// Long gives a job room for long set-wise statements and a place among its own
// kind, so that it never holds up quick jobs.
func Long() Option { return func(t *task) { t.long = true } }

// Attempts changes how often a failing job is tried.
func Attempts(n int) Option { return func(t *task) { t.attempts = n } }

// Handle says what to do with jobs of a kind that fit into one unit of work. The
// whole of fn happens once, or not at all. A kind that is taken panics.
func Handle[A tenants.Args](q *Queue, fn func(ctx context.Context, tx *tenants.Tx, args A) error, options ...Option) {
	kind := kindOf[A]()
	q.add(kind, task{whole: func(ctx context.Context, tx *tenants.Tx, raw json.RawMessage) error {
		args, err := read[A](kind, raw)
		if err != nil {
			return err
		}
		return fn(ctx, tx, args)
	}}, options)
}

// Steps says what to do with jobs of a kind that are long or talk to the
// outside. fn itself holds no Tx and may run more than once; what it does
// through the Runner's Once happens once. A kind that is taken panics.
func Steps[A tenants.Args](q *Queue, fn func(ctx context.Context, run Runner, args A) error, options ...Option) {
	kind := kindOf[A]()
	q.add(kind, task{steps: func(ctx context.Context, run Runner, raw json.RawMessage) error {
		args, err := read[A](kind, raw)
		if err != nil {
			return err
		}
		return fn(ctx, run, args)
	}}, options)
}

func kindOf[A tenants.Args]() string {
	var zero A
	return zero.Kind()
}

func read[A tenants.Args](kind string, raw json.RawMessage) (A, error) {
	var args A
	if err := json.Unmarshal(raw, &args); err != nil {
		return args, fmt.Errorf("job %s: %w", kind, err)
	}
	return args, nil
}

func (q *Queue) add(kind string, t task, options []Option) {
	t.attempts = attemptsMax
	for _, set := range options {
		set(&t)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case kind == "":
		panic("jobs: a kind of job needs a name")
	case q.works:
		panic("jobs: " + kind + " was added after the work began")
	}
	if _, taken := q.tasks[kind]; taken {
		panic("jobs: two kinds of job are called " + kind)
	}
	q.tasks[kind] = t
}

// task finds how a kind is done; an unknown one gets what any job gets.
func (q *Queue) task(kind string) (task, bool) {
	q.mu.RLock()
	defer q.mu.RUnlock()
	t, ok := q.tasks[kind]
	if !ok {
		t.attempts = attemptsMax
	}
	return t, ok
}
