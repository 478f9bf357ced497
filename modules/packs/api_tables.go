package packs

import (
	"context"
	"errors"
	"os"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/sheets"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// staffCall is a call of the people who run the service.
func staffCall(path, query map[string]string) openapi.Option {
	return openapi.Example(func(openapi.World) openapi.Call {
		return openapi.Call{As: "staff@wardbridge.example", Path: path, Query: query}
	})
}

func (s *Service) tableRoutes(r *openapi.Router) {
	reference := openapi.Tag("reference")
	kind := map[string]string{"kind": "price_caps"}
	openapi.Get(r, "/packs", rbac.PackManage, "List national tables", s.listTables, reference,
		openapi.Describe("Every kind of national data with its number of rows and its latest version."), staffCall(nil, nil))
	openapi.Get(r, "/packs/tables/{kind}", rbac.PackManage, "Get a national table", s.getTable, reference, openapi.Faults(ErrNoKind),
		openapi.Describe("The rows in force on a day, each with its source, how sure it is, and who loaded it."), staffCall(kind, map[string]string{"on": "2026-11-24"}))
	openapi.Get(r, "/packs/tables/{kind}/versions", rbac.PackManage, "List versions of a national table", s.listVersions, reference, openapi.Faults(ErrNoKind),
		openapi.Describe("Latest first."), staffCall(kind, nil))
	openapi.Post(r, "/packs/tables/{kind}", rbac.PackManage, "Load a national table", s.loadTable, reference,
		openapi.Faults(ErrNoKind, ErrPlatformOnly, ErrBadRows, ErrOverlap, ErrMoved, sheets.ErrNotATable, sheets.ErrEmpty, sheets.ErrTooLarge, sheets.ErrHeaderMissing, sheets.ErrHeaderDuplicate),
		openapi.Describe("The body is the file. Either all of it is loaded, as the next version of its kind, or nothing. A dry run says what would change and what is wrong, row by row. An open row ends where a later one of the same key begins; any other overlap is refused."),
		openapi.Example(func(openapi.World) openapi.Call {
			return openapi.Call{As: "staff@wardbridge.example", Path: map[string]string{"kind": "bank_holidays"}, Query: map[string]string{"name": "Days of 2029", "dry_run": "true"},
				ContentType: "text/csv", Raw: []byte("nation,day,name,dual_of,mark,source\r\nengland,2029-01-01,New Year's Day,,official,gov.uk/bank-holidays\r\n")}
		}))
}

type packVersionJSON struct {
	Version  int       `json:"version"`
	Name     string    `json:"name" example:"Pay circular 1/2027"`
	Origin   string    `json:"origin" enum:"program,file"`
	Rows     int       `json:"rows" doc:"Rows of the file."`
	Added    int       `json:"added"`
	Changed  int       `json:"changed"`
	Ended    int       `json:"ended" doc:"Open rows that end where one of the file begins."`
	LoadedAt time.Time `json:"loaded_at"`
	LoadedBy string    `json:"loaded_by"`
}

type packTableJSON struct {
	Kind    string           `json:"kind" example:"price_caps"`
	Title   string           `json:"title" example:"Price caps"`
	Rows    int              `json:"rows"`
	InForce int              `json:"in_force" doc:"Rows that count today; of bank holidays those of this year."`
	Latest  *packVersionJSON `json:"latest" doc:"Null when nothing has been loaded since versions are kept."`
}

type packRowJSON struct {
	ID       tenants.ID        `json:"id"`
	Values   map[string]string `json:"values" doc:"The columns of its kind by name."`
	From     civil.Date        `json:"from"`
	Until    *civil.Date       `json:"until" doc:"The first day on which it no longer counts."`
	Mark     Mark              `json:"mark" enum:"official,derived,indicative"`
	Source   string            `json:"source"`
	Version  int               `json:"version" doc:"0 for rows older than versions."`
	LoadedBy string            `json:"loaded_by"`
}

type packChangeJSON struct {
	What   string       `json:"what" enum:"added,changed,ended"`
	Row    int          `json:"row" doc:"Of the file, as a spreadsheet program counts; 0 for a row that ends."`
	Before *packRowJSON `json:"before"`
	After  packRowJSON  `json:"after"`
}

type packRowErrorJSON struct {
	Row        int    `json:"row" doc:"As a spreadsheet program counts."`
	Column     string `json:"column"`
	Value      string `json:"value"`
	Code       string `json:"code"`
	Text       string `json:"text"`
	Suggestion string `json:"suggestion"`
}

type packDifferenceJSON struct {
	Kind    string             `json:"kind"`
	Rows    int                `json:"rows"`
	Same    int                `json:"same" doc:"Rows that are loaded as they are already."`
	Seen    string             `json:"seen" doc:"Stands for these changes; sent back, it is a condition of loading."`
	Changes []packChangeJSON   `json:"changes"`
	Errors  []packRowErrorJSON `json:"errors"`
	Loaded  *packVersionJSON   `json:"loaded" doc:"The version that was made; null of a dry run, and of a file that changes nothing."`
}

func versionOut(v PackVersion) packVersionJSON {
	return packVersionJSON{v.Version, v.Name, v.Origin, v.RowCount, v.Added, v.Changed, v.Ended, v.LoadedAt.In(civil.London), v.LoadedBy}
}

func rowOut(r Record) packRowJSON {
	return packRowJSON{ID: r.ID, Values: r.Values, From: r.From, Until: orNull(r.Until), Mark: r.Mark, Source: r.Source, Version: r.Version, LoadedBy: r.LoadedBy}
}

func differenceOut(d Difference, v PackVersion) packDifferenceJSON {
	out := packDifferenceJSON{Kind: d.Kind.Name, Rows: d.Rows, Same: d.Same, Seen: d.Seen()}
	for _, c := range d.Changes {
		j := packChangeJSON{What: c.What, Row: c.After.Line, After: rowOut(c.After)}
		if c.What != Added {
			before := rowOut(c.Before)
			j.Before = &before
		}
		out.Changes = append(out.Changes, j)
	}
	for _, e := range d.Bad {
		out.Errors = append(out.Errors, packRowErrorJSON(e))
	}
	if v.Version > 0 {
		loaded := versionOut(v)
		out.Loaded = &loaded
	}
	return out
}

func (s *Service) listTables(ctx context.Context, tx *tenants.Tx, _ struct{}) (openapi.List[packTableJSON], error) {
	all, err := s.Tables(ctx, tx, civil.DateOf(tx.Now))
	return listOf(all, func(t Table) packTableJSON {
		j := packTableJSON{Kind: t.Kind.Name, Title: t.Kind.Title, Rows: t.Rows, InForce: t.InForce}
		if t.Latest.Version > 0 {
			latest := versionOut(t.Latest)
			j.Latest = &latest
		}
		return j
	}), err
}

type tableIn struct {
	Kind string     `path:"kind" maxlen:"40"`
	On   civil.Date `query:"on" doc:"Today if not given."`
}

func (s *Service) getTable(ctx context.Context, tx *tenants.Tx, in tableIn) (openapi.List[packRowJSON], error) {
	if in.On.IsZero() {
		in.On = civil.DateOf(tx.Now)
	}
	rows, err := s.Rows(ctx, tx, in.Kind, in.On)
	return listOf(rows, rowOut), err
}

type versionsIn struct {
	Kind string `path:"kind" maxlen:"40"`
}

func (s *Service) listVersions(ctx context.Context, tx *tenants.Tx, in versionsIn) (openapi.List[packVersionJSON], error) {
	all, err := s.Versions(ctx, tx, in.Kind)
	return listOf(all, versionOut), err
}

type loadTableIn struct {
	Kind   string         `path:"kind" maxlen:"40"`
	Name   string         `query:"name" required:"true" maxlen:"200" doc:"What people call this version, such as the circular."`
	DryRun bool           `query:"dry_run" doc:"Say what would change, and write nothing."`
	Seen   string         `query:"seen" maxlen:"64" doc:"Of a dry run: load only if the changes are still those."`
	Body   openapi.Upload `accept:"text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"`
}

func (s *Service) loadTable(ctx context.Context, tx *tenants.Tx, in loadTableIn) (out packDifferenceJSON, err error) {
	body, err := os.Open(in.Body.Path)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, body.Close()) }()
	f := File{Name: in.Name, Body: body, Size: in.Body.Size, ContentType: in.Body.ContentType}
	if in.DryRun {
		d, err := s.Check(ctx, tx, in.Kind, f)
		return differenceOut(d, PackVersion{}), err
	}
	d, v, err := s.LoadFile(ctx, tx, in.Kind, f, in.Seen)
	return differenceOut(d, v), err
}
