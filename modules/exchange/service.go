package exchange

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"wardbridge/internal/fault"
	"wardbridge/internal/jobs"
	"wardbridge/internal/paging"
	"wardbridge/internal/sheets"
	"wardbridge/modules/places"
	"wardbridge/openapi"
	"wardbridge/tenants"
)

// Service receives files and runs their imports.
type Service struct {
	places *places.Service
	kinds  map[string]kind
}

type kind struct {
	sheet    sheets.Kind
	importer Importer
}

// New makes a service that takes nothing in until kinds are registered.
func New(places *places.Service) *Service {
	return &Service{places: places, kinds: map[string]kind{}}
}

// Register adds a kind of file. It is called while the house is put together; a
// kind that is taken, or whose headings are in doubt, panics.
func (s *Service) Register(sheet sheets.Kind, importer Importer) {
	if err := sheet.Valid(); err != nil {
		panic("exchange: " + err.Error())
	}
	if _, taken := s.kinds[sheet.Name]; taken {
		panic("exchange: two kinds of file are called " + sheet.Name)
	}
	s.kinds[sheet.Name] = kind{sheet, importer}
}

// Listen takes on the jobs of this module.
func (s *Service) Listen(queue *jobs.Queue) {
	jobs.Steps(queue, s.run, jobs.Long(), jobs.Attempts(4))
}

// Kind finds the description of a kind of file.
func (s *Service) Kind(name string) (sheets.Kind, error) {
	k, ok := s.kinds[name]
	if !ok {
		return sheets.Kind{}, ErrKind.With(fault.Field{Name: "kind", Code: ErrKind.Code, Text: ErrKind.Text, Value: name})
	}
	return k.sheet, nil
}

// NewImport says what is to become of a file.
type NewImport struct {
	Kind   string
	Choice Choice // "" is all
	DryRun bool
	Source string     // "" is import: the source whose references the file's are
	Target tenants.ID // the record that the file is for; zero: none
}

// Receive stores a file and begins to take it in. A file that cannot be one of
// its kind is refused here, by its first bytes and its headings, with nothing
// stored.
func (s *Service) Receive(ctx context.Context, tx *tenants.Tx, n NewImport, file openapi.Upload) (Import, error) {
	sheet, err := s.Kind(n.Kind)
	if err != nil {
		return Import{}, err
	}
	if n.Choice == "" {
		n.Choice = All
	}
	if n.Choice != All && n.Choice != Good {
		return Import{}, ErrChoice
	}
	if n.Source == "" {
		n.Source = "import"
	}
	if err := s.aim(ctx, tx, n.Kind, n.Target, n.Choice); err != nil {
		return Import{}, err
	}
	if err := s.glance(ctx, tx, sheet, file); err != nil {
		return Import{}, err
	}
	i := Import{OwnerID: tx.Me.ID, ID: tenants.NewID(), Kind: n.Kind, Name: shortened(filepath.Base(file.Name)), ContentType: shortened(file.ContentType),
		Size: file.Size, Source: n.Source, Target: n.Target, Choice: n.Choice, DryRun: n.DryRun, Status: Reading, Mapping: map[string]string{},
		Notices: []sheets.Notice{}, CreatedAt: tx.Now, CreatedBy: tx.Actor.Name}
	if file.Name == "" {
		i.Name = ""
	}
	if err := insertImport(ctx, tx, &i); err != nil {
		return Import{}, err
	}
	if err := keep(ctx, tx, i.ID, file.Path); err != nil {
		return Import{}, err
	}
	return i, tx.Enqueue(runImport{Import: i.ID})
}

// aim asks the importer of an aimed kind; others take every file, and no target.
func (s *Service) aim(ctx context.Context, tx *tenants.Tx, kind string, target tenants.ID, choice Choice) error {
	if aimed, ok := s.kinds[kind].importer.(Aimed); ok {
		return aimed.Aim(ctx, tx, target, choice)
	}
	if target != (tenants.ID{}) {
		return ErrTarget
	}
	return nil
}

func shortened(s string) string {
	if r := []rune(s); len(r) > 120 {
		return string(r[:120])
	}
	return s
}

// glance opens the file and finds its columns.
func (s *Service) glance(ctx context.Context, tx *tenants.Tx, sheet sheets.Kind, file openapi.Upload) (err error) {
	src, err := sheets.OpenFile(file.Path, sheets.Hint{Size: file.Size, ContentType: file.ContentType})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	remembered, err := s.places.Aliases(ctx, tx, places.ForHeading)
	if err != nil {
		return err
	}
	if _, f := sheet.Match(src.Header(), remembered); f != nil {
		return f
	}
	return nil
}

// keep stores the bytes in pieces, so that no row and no buffer is large.
func keep(ctx context.Context, tx *tenants.Tx, id tenants.ID, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("import %s: %w", id, err)
	}
	defer f.Close()
	return insertChunks(ctx, tx, id, f)
}

// List gives the imports, latest first, a page at a time.
func (s *Service) List(ctx context.Context, tx *tenants.Tx, limit int, after paging.Cursor) ([]Import, paging.Cursor, error) {
	return listImports(ctx, tx, limit, after)
}

// Get finds one import.
func (s *Service) Get(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Import, error) {
	return getImport(ctx, tx, id, false)
}

// Apply applies a checked import. With a bad row it needs the choice good.
func (s *Service) Apply(ctx context.Context, tx *tenants.Tx, id tenants.ID, choice Choice) (Import, error) {
	i, err := getImport(ctx, tx, id, true)
	if err != nil {
		return Import{}, err
	}
	if choice != "" {
		i.Choice = choice
	}
	switch {
	case i.Choice != All && i.Choice != Good:
		return Import{}, ErrChoice
	case i.Running():
		return Import{}, ErrSourceBusy
	case i.Status != Checked:
		return Import{}, ErrNotChecked
	case i.RowsBad > 0 && i.Choice != Good:
		return Import{}, ErrBadRows
	}
	if err := s.aim(ctx, tx, i.Kind, i.Target, i.Choice); err != nil {
		return Import{}, err
	}
	i.Status, i.FinishedAt = Applying, nil
	if err := saveImport(ctx, tx, &i); err != nil {
		return Import{}, err
	}
	return i, tx.Enqueue(runImport{Import: id, Apply: true})
}

// Check checks an import again, after the organisation has taught us a name: rows
// that were bad for it are good now. Nothing is applied.
func (s *Service) Check(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Import, error) {
	i, err := getImport(ctx, tx, id, true)
	if err != nil {
		return Import{}, err
	}
	if i.Running() {
		return Import{}, ErrSourceBusy
	}
	if i.Status != Checked {
		return Import{}, ErrNotChecked
	}
	i.Status, i.FinishedAt = Checking, nil
	if err := saveImport(ctx, tx, &i); err != nil {
		return Import{}, err
	}
	return i, tx.Enqueue(runImport{Import: id, Check: true})
}

// Replay runs a failed import again, from its first byte.
func (s *Service) Replay(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Import, error) {
	i, err := getImport(ctx, tx, id, true)
	if err != nil {
		return Import{}, err
	}
	if i.Status != Failed {
		return Import{}, ErrNotFailed
	}
	i.Status, i.Failure, i.FailureCode, i.FinishedAt = Reading, "", "", nil
	if err := saveImport(ctx, tx, &i); err != nil {
		return Import{}, err
	}
	return i, tx.Enqueue(runImport{Import: id})
}

// Errors lists what is wrong with the rows of an import, in the order of the file.
func (s *Service) Errors(ctx context.Context, tx *tenants.Tx, id tenants.ID, limit int, after paging.Cursor) ([]Problem, paging.Cursor, error) {
	if _, err := getImport(ctx, tx, id, false); err != nil {
		return nil, "", err
	}
	return listErrors(ctx, tx, id, limit, after)
}

// Summary groups what is wrong by what it is about, most rows first, so that one
// unknown ward in 41 rows is one line. At most 50 groups.
func (s *Service) Summary(ctx context.Context, tx *tenants.Tx, id tenants.ID) ([]Group, error) {
	return groupErrors(ctx, tx, id)
}
