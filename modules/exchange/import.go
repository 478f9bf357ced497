package exchange

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"wardbridge/internal/fault"
	"wardbridge/internal/sheets"
	"wardbridge/tenants"
)

// The refusals of this module; those of a file are in sheets.
var (
	ErrKind       = fault.New(fault.Invalid, "import_kind_unknown", "Files of this kind are not taken in here.")
	ErrChoice     = fault.New(fault.Invalid, "import_choice_unknown", "Choose all, to apply nothing while a row is bad, or good, to apply the good rows.")
	ErrNotChecked = fault.New(fault.Conflict, "import_not_checked", "This import is not waiting to be applied.")
	ErrBadRows    = fault.New(fault.Conflict, "import_has_bad_rows", "Some rows are bad. Correct them and send the file again, or choose to apply the good rows.")
	ErrNotFailed  = fault.New(fault.Conflict, "import_not_failed", "This import has not failed, so there is nothing to run again.")
	ErrTarget     = fault.New(fault.Invalid, "import_target_unknown", "Files of this kind are not for one record. Leave the target out.")
	ErrSourceBusy = fault.New(fault.Conflict, "import_running", "This import is still being worked on.")
)

// Status is where an import stands; doc.go draws the machine.
type Status string

// The states.
const (
	Reading  Status = "reading"
	Checking Status = "checking"
	Checked  Status = "checked"
	Applying Status = "applying"
	Applied  Status = "applied"
	Refused  Status = "refused"
	Failed   Status = "failed"
)

// Choice says what happens to the good rows of a file that has bad ones.
type Choice string

// The choices.
const (
	All  Choice = "all"
	Good Choice = "good"
)

// Import is one file on its way in.
type Import struct {
	bun.BaseModel `bun:"table:imports,alias:import"`

	OwnerID     tenants.ID        `bun:"owner_id,pk"`
	ID          tenants.ID        `bun:"id,pk"`
	Kind        string            `bun:"kind"`
	Name        string            `bun:"name"` // the file's
	ContentType string            `bun:"content_type"`
	Size        int64             `bun:"size"`
	Source      string            `bun:"source"`
	Target      tenants.ID        `bun:"target,nullzero"` // the record that the file is for, when it is for one
	Choice      Choice            `bun:"choice"`
	DryRun      bool              `bun:"dry_run"`
	Status      Status            `bun:"status"`
	Rows        int               `bun:"rows"`      // of the file, once it has been read
	RowsRead    int               `bun:"rows_read"` // progress
	RowsBad     int               `bun:"rows_bad"`
	Created     int               `bun:"created"` // shifts or lines, not rows; of a dry run, what would be
	Updated     int               `bun:"updated"`
	Unchanged   int               `bun:"unchanged"`
	Mapping     map[string]string `bun:"mapping,type:jsonb"` // column -> heading in the file
	Notices     []sheets.Notice   `bun:"notices,type:jsonb"`
	Failure     string            `bun:"failure"`
	FailureCode string            `bun:"failure_code"`
	CreatedAt   time.Time         `bun:"created_at"`
	CreatedBy   string            `bun:"created_by"`
	FinishedAt  *time.Time        `bun:"finished_at"`
}

// Running reports that a job is working on the import, so a page should look again.
func (i Import) Running() bool {
	return i.Status == Reading || i.Status == Checking || i.Status == Applying
}

// Row is a row of a file with its cells in the order of the kind's columns,
// Finding what is wrong with one, and Outcome what applying came to. They are the
// words of the floors below, which take the rows in.
type (
	Row     = sheets.Taken
	Finding = sheets.Finding
	Outcome = sheets.Outcome
)

// Importer takes files of one kind in.
type Importer interface {
	// Begin prepares to take in one file in this unit of work.
	Begin(ctx context.Context, tx *tenants.Tx, i Import) (Work, error)
}

// Work is one file in one unit of work. Take comes for each batch in order, then
// Close, then Apply if the findings allow; what Take and Close refuse is not
// applied.
type Work interface {
	Take(ctx context.Context, tx *tenants.Tx, rows []Row) ([]Finding, error)
	Close(ctx context.Context, tx *tenants.Tx) ([]Finding, error)
	Apply(ctx context.Context, tx *tenants.Tx) (Outcome, error)
}

// Aimed is an Importer whose files are each for one record.
type Aimed interface {
	Importer
	// Aim refuses a file before it is stored or applied: one for no record, for
	// one that takes no file, or with a choice that cannot be had.
	Aim(ctx context.Context, tx *tenants.Tx, target tenants.ID, choice Choice) error
}
