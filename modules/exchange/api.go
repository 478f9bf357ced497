package exchange

import (
	"context"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/paging"
	"wardbridge/internal/sheets"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// Routes registers the operations of this module.
func (s *Service) Routes(r *openapi.Router) {
	as := func(thing string) openapi.Option {
		return openapi.Example(func(w openapi.World) openapi.Call {
			c := openapi.Call{As: "manager@kingsmere.example"}
			if thing != "" {
				c.Path = map[string]string{"id": w.ID(thing)}
			}
			return c
		})
	}
	openapi.Post(r, "/imports", rbac.ImportCreate, "Import a file", s.receive, openapi.Status(202),
		openapi.Faults(ErrKind, ErrTarget, ErrWhole, sheets.ErrNotATable, sheets.ErrEmpty, sheets.ErrTooLarge, sheets.ErrHeaderMissing, sheets.ErrHeaderDuplicate, sheets.ErrHeaderMerged),
		openapi.Describe("The body is the file itself. The import is followed at /v1/imports/{id}: it is read, checked and, unless a row is bad or it is a dry run, applied."),
		openapi.Example(func(openapi.World) openapi.Call {
			return openapi.Call{As: "manager@kingsmere.example", Query: map[string]string{"kind": "shifts", "dry_run": "true"}, ContentType: "text/csv",
				Raw: []byte("External reference,Ward,Grade,Date,Start,End,Reason\r\nDOC-1,Oak Ward,Band 5 nurse,2027-03-02,07:00,19:30,Vacancy\r\n")}
		}))
	openapi.Get(r, "/imports", rbac.ImportRead, "List imports", s.list, openapi.Faults(paging.ErrCursor), openapi.Describe("Latest first."), as(""))
	openapi.Get(r, "/imports/{id}", rbac.ImportRead, "Get an import", s.get,
		openapi.Describe("With what is wrong, grouped: one unknown ward in 41 rows is one line."), as("kingsmere.import.applied"))
	openapi.Get(r, "/imports/{id}/errors", rbac.ImportRead, "List an import's row errors", s.errors, openapi.Faults(paging.ErrCursor),
		openapi.Describe("In the order of the file, warnings among them."), as("kingsmere.import.applied"))
	openapi.Get(r, "/imports/{id}/failed-rows", rbac.ImportRead, "Download an import's bad rows", s.failedRows, openapi.Produces("text/csv"),
		openapi.Describe("The bad rows with one more column that says what is wrong. Corrected, the file can be sent back as it is."), as("kingsmere.import.applied"))
	openapi.Post(r, "/imports/{id}/apply", rbac.ImportCreate, "Apply a checked import", s.apply, openapi.Status(202),
		openapi.Faults(ErrNotChecked, ErrBadRows, ErrSourceBusy), openapi.Describe("After a dry run, or to apply the good rows of a file that has bad ones."),
		as("kingsmere.import.checked"))
	openapi.Post(r, "/imports/{id}/check", rbac.ImportCreate, "Check an import again", s.check, openapi.Status(202),
		openapi.Faults(ErrNotChecked, ErrSourceBusy), openapi.Describe("After a name in the file was remembered as one of yours."), as("kingsmere.import.checked"))
	openapi.Post(r, "/imports/{id}/replay", rbac.ImportCreate, "Replay a failed import", s.replay, openapi.Status(202),
		openapi.Faults(ErrNotFailed), openapi.Describe("Runs it again from its first byte."), as("kingsmere.import.failed"))
	openapi.Get(r, "/import-templates/{kind}", rbac.ImportRead, "Download an import template", s.template, openapi.Tag("imports"), openapi.Produces("text/csv"),
		openapi.Describe("A CSV file to fill in, with one example row."),
		openapi.Example(func(openapi.World) openapi.Call {
			return openapi.Call{As: "manager@kingsmere.example", Path: map[string]string{"kind": "shifts"}}
		}))
}

type importNoticeJSON struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

type rowErrorGroupJSON struct {
	Column     string `json:"column"`
	Code       string `json:"code"`
	Value      string `json:"value"`
	Text       string `json:"text"`
	Suggestion string `json:"suggestion"`
	Warning    bool   `json:"warning"`
	Rows       int    `json:"rows"`
}

type importJSON struct {
	ID          tenants.ID          `json:"id"`
	Kind        string              `json:"kind"`
	Name        string              `json:"name"`
	Size        int64               `json:"size"`
	Choice      string              `json:"choice" enum:"all,good"`
	DryRun      bool                `json:"dry_run"`
	Status      string              `json:"status" enum:"reading,checking,checked,applying,applied,refused,failed"`
	Rows        int                 `json:"rows"`
	RowsRead    int                 `json:"rows_read" doc:"Progress while reading."`
	RowsBad     int                 `json:"rows_bad"`
	Created     int                 `json:"created" doc:"Shifts, or lines of a card; of a dry run, what would be created."`
	Updated     int                 `json:"updated"`
	Unchanged   int                 `json:"unchanged"`
	Mapping     map[string]string   `json:"mapping" doc:"For each column that was found, its heading in the file."`
	Notices     []importNoticeJSON  `json:"notices"`
	Failure     string              `json:"failure"`
	FailureCode string              `json:"failure_code"`
	CreatedAt   time.Time           `json:"created_at"`
	CreatedBy   string              `json:"created_by"`
	FinishedAt  *time.Time          `json:"finished_at"`
	Problems    []rowErrorGroupJSON `json:"problems" doc:"What is wrong, grouped, at most 50. Empty in lists."`
}

func toJSON(i Import, groups []Group) importJSON {
	j := importJSON{ID: i.ID, Kind: i.Kind, Name: i.Name, Size: i.Size, Choice: string(i.Choice), DryRun: i.DryRun, Status: string(i.Status),
		Rows: i.Rows, RowsRead: i.RowsRead, RowsBad: i.RowsBad, Created: i.Created, Updated: i.Updated, Unchanged: i.Unchanged,
		Mapping: i.Mapping, Notices: make([]importNoticeJSON, 0, len(i.Notices)), Failure: i.Failure, FailureCode: i.FailureCode,
		CreatedAt: i.CreatedAt.In(civil.London), CreatedBy: i.CreatedBy, Problems: make([]rowErrorGroupJSON, 0, len(groups))}
	if i.FinishedAt != nil {
		at := i.FinishedAt.In(civil.London)
		j.FinishedAt = &at
	}
	for _, n := range i.Notices {
		j.Notices = append(j.Notices, importNoticeJSON(n))
	}
	for _, g := range groups {
		j.Problems = append(j.Problems, rowErrorGroupJSON(g))
	}
	return j
}

type receiveIn struct {
	Kind   string         `query:"kind" required:"true" maxlen:"40" example:"shifts"`
	Choice string         `query:"choice" enum:"all,good" default:"all" doc:"all applies nothing while a row is bad; good applies the good rows."`
	DryRun bool           `query:"dry_run" doc:"Check, and count what would happen."`
	Target tenants.ID     `query:"target" doc:"The draft that a file of rate card lines is for; of other kinds, none."`
	Body   openapi.Upload `accept:"text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"`
}

func (s *Service) receive(ctx context.Context, tx *tenants.Tx, in receiveIn) (importJSON, error) {
	i, err := s.Receive(ctx, tx, NewImport{Kind: in.Kind, Choice: Choice(in.Choice), DryRun: in.DryRun, Target: in.Target}, in.Body)
	return toJSON(i, nil), err
}

type listIn struct {
	Limit  int    `query:"limit" min:"1" max:"200"`
	Cursor string `query:"cursor" maxlen:"2000"`
}

func (s *Service) list(ctx context.Context, tx *tenants.Tx, in listIn) (openapi.List[importJSON], error) {
	rows, next, err := s.List(ctx, tx, in.Limit, paging.Cursor(in.Cursor))
	out := openapi.List[importJSON]{Data: make([]importJSON, 0, len(rows)), NextCursor: string(next)}
	for _, i := range rows {
		out.Data = append(out.Data, toJSON(i, nil))
	}
	return out, err
}

type idIn struct {
	ID tenants.ID `path:"id"`
}

func (s *Service) get(ctx context.Context, tx *tenants.Tx, in idIn) (importJSON, error) {
	i, err := s.Get(ctx, tx, in.ID)
	if err != nil {
		return importJSON{}, err
	}
	groups, err := s.Summary(ctx, tx, in.ID)
	return toJSON(i, groups), err
}

type rowErrorJSON struct {
	Row        int    `json:"row" doc:"As a spreadsheet program counts."`
	Column     string `json:"column"`
	Value      string `json:"value"`
	Code       string `json:"code"`
	Text       string `json:"text"`
	Suggestion string `json:"suggestion"`
	Warning    bool   `json:"warning"`
}

type errorsIn struct {
	ID     tenants.ID `path:"id"`
	Limit  int        `query:"limit" min:"1" max:"200"`
	Cursor string     `query:"cursor" maxlen:"2000"`
}

func (s *Service) errors(ctx context.Context, tx *tenants.Tx, in errorsIn) (openapi.List[rowErrorJSON], error) {
	rows, next, err := s.Errors(ctx, tx, in.ID, in.Limit, paging.Cursor(in.Cursor))
	out := openapi.List[rowErrorJSON]{Data: make([]rowErrorJSON, 0, len(rows)), NextCursor: string(next)}
	for _, p := range rows {
		out.Data = append(out.Data, rowErrorJSON{p.Row, p.Column, p.Value, p.Code, p.Text, p.Suggestion, p.Warning})
	}
	return out, err
}

func (s *Service) failedRows(ctx context.Context, tx *tenants.Tx, in idIn) (openapi.File, error) {
	return s.FailedRows(ctx, tx, in.ID)
}

type applyIn struct {
	ID   tenants.ID `path:"id"`
	Body struct {
		Choice string `json:"choice,omitempty" enum:"all,good" doc:"good applies the good rows."`
	}
}

func (s *Service) apply(ctx context.Context, tx *tenants.Tx, in applyIn) (importJSON, error) {
	i, err := s.Apply(ctx, tx, in.ID, Choice(in.Body.Choice))
	return toJSON(i, nil), err
}

func (s *Service) check(ctx context.Context, tx *tenants.Tx, in idIn) (importJSON, error) {
	i, err := s.Check(ctx, tx, in.ID)
	return toJSON(i, nil), err
}

func (s *Service) replay(ctx context.Context, tx *tenants.Tx, in idIn) (importJSON, error) {
	i, err := s.Replay(ctx, tx, in.ID)
	return toJSON(i, nil), err
}

type templateIn struct {
	Kind string `path:"kind" maxlen:"40"`
}

func (s *Service) template(_ context.Context, _ *tenants.Tx, in templateIn) (openapi.File, error) {
	return s.Template(in.Kind)
}
