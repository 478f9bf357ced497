package packs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"wardbridge/internal/civil"
	"wardbridge/internal/sheets"
	"wardbridge/tenants"
)

// What a file does to a row that is there or not.
const (
	Added   = "added"
	Changed = "changed"
	Ended   = "ended" // an open row ends where the file's next one begins
)

// overlaps is the code of a row that would count on days of another.
const overlaps = "overlaps"

// Change is one difference between a file and what is loaded.
type Change struct {
	What   string
	Before Record // none when added
	After  Record
}

// Difference is what loading a file would do. Nothing is written while Bad has
// a row.
type Difference struct {
	Kind    Kind
	Rows    int // of the file
	Same    int // of them, as they are loaded already
	Changes []Change
	Bad     []sheets.RowError
	Good    []Record // the rows of the file that can be read, in its order
}

// Seen stands for the difference: two that would write the same have the same.
func (d Difference) Seen() string {
	h := sha256.New()
	for _, c := range d.Changes {
		fmt.Fprintf(h, "%s %s %s %s %s %q %v\n", c.What, c.After.ID, c.After.From, c.After.Until, c.After.Mark, c.After.Source, c.After.Values)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// Count is how many changes are of a sort.
func (d Difference) Count(what string) (n int) {
	for _, c := range d.Changes {
		if c.What == what {
			n++
		}
	}
	return n
}

// PackVersion is one load of a kind.
type PackVersion struct {
	bun.BaseModel `bun:"table:pack_versions,alias:v"`

	ID       tenants.ID
	Kind     string
	Version  int
	Name     string
	Origin   string
	RowCount int
	Added    int
	Changed  int
	Ended    int
	LoadedAt time.Time
	LoadedBy string
}

// The origins of a version.
const (
	fromProgram = "program"
	fromFile    = "file"
)

// compare lays a file's rows beside those that are loaded. A row of the same key
// and first day is changed; an open row ends where a later one of its key begins;
// any other overlap is refused.
func (k Kind) compare(loaded, file []Record) (d Difference) {
	d = Difference{Kind: k, Rows: len(file), Good: file}
	at := map[tenants.ID]Record{}
	by := map[string][]Record{}
	for _, r := range loaded {
		at[r.ID] = r
		by[k.about(r)] = append(by[k.about(r)], r)
	}
	taken := map[tenants.ID]int{}
	for _, r := range file {
		if line, twice := taken[r.ID]; twice {
			d.Bad = append(d.Bad, overlap(r, fmt.Sprintf("row %d", line), r.From, r.Until))
			continue
		}
		taken[r.ID] = r.Line
		before, known := at[r.ID]
		switch {
		case !known:
			d.Changes = append(d.Changes, Change{What: Added, After: r})
		case k.same(before, r):
			d.Same++
		default:
			d.Changes = append(d.Changes, Change{What: Changed, Before: before, After: r})
		}
		about := k.about(r)
		by[about] = append(slices.DeleteFunc(by[about], func(o Record) bool { return o.ID == r.ID && o.Line == 0 }), r)
	}
	for _, r := range file {
		if taken[r.ID] != r.Line {
			continue
		}
		all := by[k.about(r)]
		slices.SortFunc(all, func(a, b Record) int { return a.From.Compare(b.From) })
		d.settle(all)
		delete(by, k.about(r))
	}
	return d
}

// settle ends open rows of one key and finds the overlaps that remain.
func (d *Difference) settle(all []Record) {
	for i := 0; i+1 < len(all); i++ {
		a, b := all[i], all[i+1]
		if !a.Until.IsZero() && !b.From.Before(a.Until) {
			continue
		}
		if a.Line == 0 && a.Until.IsZero() && b.Line != 0 {
			after := a
			after.Until = b.From
			d.Changes = append(d.Changes, Change{What: Ended, Before: a, After: after})
			continue
		}
		mine, other := b, a
		if b.Line == 0 {
			mine, other = a, b
		}
		d.Bad = append(d.Bad, overlap(mine, placeOf(other), other.From, other.Until))
	}
}

func placeOf(r Record) string {
	if r.Line == 0 {
		return "the row that is loaded"
	}
	return fmt.Sprintf("row %d", r.Line)
}

func overlap(r Record, other string, from, until civil.Date) sheets.RowError {
	days := "from " + from.Text()
	if !until.IsZero() {
		days += " to " + until.AddDays(-1).Text()
	}
	return sheets.RowError{Row: r.Line, Column: "from", Value: r.From.String(), Code: overlaps,
		Text: "These days overlap " + other + ", which counts " + days + ". Let one end where the other begins."}
}

// Check reads a file of a kind and says what loading it would do. Nothing is
// written.
func (s *Service) Check(ctx context.Context, tx *tenants.Tx, kind string, f File) (Difference, error) {
	k, err := KindNamed(kind)
	if err != nil {
		return Difference{}, err
	}
	known, err := k.known(ctx, tx)
	if err != nil {
		return Difference{}, err
	}
	rows, bad, err := k.parse(f, known)
	if err != nil {
		return Difference{}, err
	}
	loaded, err := k.loaded(ctx, tx)
	if err != nil {
		return Difference{}, err
	}
	d := k.compare(loaded, rows)
	d.Rows, d.Bad = len(rows)+linesOf(bad), append(bad, d.Bad...)
	slices.SortStableFunc(d.Bad, func(a, b sheets.RowError) int { return a.Row - b.Row })
	return d, nil
}

func linesOf(bad []sheets.RowError) int {
	lines := map[int]bool{}
	for _, e := range bad {
		lines[e.Row] = true
	}
	return len(lines)
}

// known are the names that cells of a kind may have.
func (k Kind) known(ctx context.Context, tx *tenants.Tx) (lists, error) {
	known := lists{}
	all, err := grades(ctx, tx)
	if err != nil {
		return nil, err
	}
	known["bands"] = bandsOf(all)
	groups, err := staffGroups(ctx, tx)
	if err != nil {
		return nil, err
	}
	why, err := reasons(ctx, tx)
	if err != nil {
		return nil, err
	}
	known.add(groups, all, why)
	if k.Name == "framework_lots" {
		rows, err := frameworkRows(ctx, tx)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			known["frameworks"] = append(known["frameworks"], r.Values["code"])
		}
	}
	return known, nil
}

// add names staff groups, grades and reasons.
func (l lists) add(groups []StaffGroup, grades []Grade, reasons []Reason) {
	for _, g := range groups {
		l["staff_groups"] = append(l["staff_groups"], g.Code)
	}
	for _, g := range grades {
		l["grades"] = append(l["grades"], g.Code)
	}
	for _, r := range reasons {
		l["reasons"] = append(l["reasons"], r.Code)
	}
}

func bandsOf(all []Grade) (bands []string) {
	for _, g := range all {
		if !slices.Contains(bands, g.Band) {
			bands = append(bands, g.Band)
		}
	}
	return bands
}

// LoadFile loads a file as the next version of its kind, or refuses it whole.
// Seen is what Check said before, or "": when what is loaded has changed since,
// that is a refusal too. A file that changes nothing makes no version.
func (s *Service) LoadFile(ctx context.Context, tx *tenants.Tx, kind string, f File, seen string) (Difference, PackVersion, error) {
	if tx.Me.Kind != tenants.Platform {
		return Difference{}, PackVersion{}, ErrPlatformOnly
	}
	if err := holdKind(ctx, tx, kind); err != nil {
		return Difference{}, PackVersion{}, err
	}
	d, err := s.Check(ctx, tx, kind, f)
	if err != nil {
		return d, PackVersion{}, err
	}
	if len(d.Bad) > 0 {
		return d, PackVersion{}, refusal(d.Bad)
	}
	if seen != "" && seen != d.Seen() {
		return d, PackVersion{}, ErrMoved
	}
	v, err := d.apply(ctx, tx, f.Name, fromFile)
	return d, v, err
}

// apply writes a difference and the version that brought it.
func (d Difference) apply(ctx context.Context, tx *tenants.Tx, name, origin string) (v PackVersion, err error) {
	if len(d.Changes) == 0 {
		return v, nil
	}
	v = PackVersion{ID: tenants.NewID(), Kind: d.Kind.Name, Name: name, Origin: origin, RowCount: d.Rows,
		Added: d.Count(Added), Changed: d.Count(Changed), Ended: d.Count(Ended), LoadedAt: tx.Now, LoadedBy: tx.Actor.Name}
	if v.Version, err = nextVersion(ctx, tx, v.Kind); err != nil {
		return v, err
	}
	var first, then []map[string]any // room is made before it is taken
	for _, c := range d.Changes {
		row := wireOf(c.After, v.ID)
		if c.What == Added {
			then = append(then, row)
		} else {
			first = append(first, row)
		}
	}
	for _, rows := range [][]map[string]any{first, then} {
		if len(rows) == 0 {
			continue
		}
		text, err := json.Marshal(rows)
		if err != nil {
			return v, err
		}
		if err := d.Kind.write(ctx, tx, string(text)); err != nil {
			if tenants.Raised(err, "23P01") {
				return v, ErrOverlap.Because(err)
			}
			return v, fmt.Errorf("%s: %w", d.Kind.Name, err)
		}
	}
	return v, insertVersion(ctx, tx, v)
}

func wireOf(r Record, version tenants.ID) map[string]any {
	row := map[string]any{"id": r.ID, "valid": r.span(), "mark": r.Mark, "source": r.Source, "version_id": version}
	for name, text := range r.Values {
		row[name] = text
	}
	return row
}

// keep leaves alone what people have loaded from a file: the figures that come
// with the program never write over them.
func (d *Difference) keep(loaded []Record) {
	byHand := map[string][]Record{}
	for _, r := range loaded {
		if r.Origin == fromFile {
			byHand[d.Kind.about(r)] = append(byHand[d.Kind.about(r)], r)
		}
	}
	if len(byHand) == 0 {
		return
	}
	d.Changes = slices.DeleteFunc(d.Changes, func(c Change) bool { return touches(c.After, byHand[d.Kind.about(c.After)]) })
	d.Bad = nil // only against rows of a file; the files of the program are checked among themselves
}

func touches(r Record, others []Record) bool {
	for _, o := range others {
		if o.ID == r.ID || (r.Until.IsZero() || o.From.Before(r.Until)) && (o.Until.IsZero() || r.From.Before(o.Until)) {
			return true
		}
	}
	return false
}
