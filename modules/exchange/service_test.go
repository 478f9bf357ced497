package exchange_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"wardbridge/internal/fault"
	"wardbridge/internal/pgtest"
	"wardbridge/internal/sheets"
	"wardbridge/modules/exchange"
	"wardbridge/modules/places"
	"wardbridge/modules/shifts"
	"wardbridge/modules/shifts/shiftstest"
	"wardbridge/openapi"
	"wardbridge/tenants"
)

// broken is a kind of file whose importer fails as often as a test wants.
var broken = struct {
	sheets.Kind
	times atomic.Int64
}{Kind: sheets.Kind{Name: "broken", Title: "Broken", Columns: []sheets.Column{{Name: "thing", Required: true}}}}

type brokenImporter struct{}

func (brokenImporter) Begin(context.Context, *tenants.Tx, exchange.Import) (exchange.Work, error) {
	if broken.times.Add(-1) >= 0 {
		return nil, errors.New("the disc is full")
	}
	return brokenImporter{}, nil
}
func (brokenImporter) Take(context.Context, *tenants.Tx, []exchange.Row) ([]exchange.Finding, error) {
	return nil, nil
}
func (brokenImporter) Close(context.Context, *tenants.Tx) ([]exchange.Finding, error) {
	return nil, nil
}
func (brokenImporter) Apply(context.Context, *tenants.Tx) (exchange.Outcome, error) {
	return exchange.Outcome{Created: 1}, nil
}

func TestMain(m *testing.M) {
	shiftstest.Extend(func(h *shiftstest.House) { h.Exchange.Register(broken.Kind, brokenImporter{}) })
	os.Exit(pgtest.Main(m))
}

const headings = "External reference,Site,Ward,Staff group,Grade,Specialty,Date,Start,End,Break (minutes),Quantity,Reason,Cost centre,Notes"

// row is a good row of a file; changes are column=value.
func row(w *shiftstest.Trust, ref string, changes ...string) string {
	columns := strings.Split(headings, ",")
	cells := []string{ref, "", "Oak Ward", "", "Band 5 nurse", "", w.Day(10).String(), "07:00", "19:30", "60", "", "Vacancy", "", ""}
	cells[1] = "Kingsmere General"
	for _, c := range changes {
		name, value, _ := strings.Cut(c, "=")
		for i := range columns {
			if columns[i] == name {
				cells[i] = value
			}
		}
	}
	return strings.Join(cells, ",")
}

func file(rows ...string) []byte {
	return []byte(headings + "\r\n" + strings.Join(rows, "\r\n") + "\r\n")
}

func upload(t testing.TB, content []byte, contentType string) openapi.Upload {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return openapi.Upload{Path: path, Size: int64(len(content)), ContentType: contentType, Name: "shifts.csv"}
}

func receive(t testing.TB, w *shiftstest.Trust, n exchange.NewImport, content []byte) (i exchange.Import, err error) {
	t.Helper()
	if n.Kind == "" {
		n.Kind = "shifts"
	}
	u := upload(t, content, "text/csv")
	err = w.Try(func(ctx context.Context, tx *tenants.Tx) error {
		i, err = w.Exchange.Receive(ctx, tx, n, u)
		return err
	})
	return i, err
}

func get(w *shiftstest.Trust, id tenants.ID) (i exchange.Import) {
	w.Do(func(ctx context.Context, tx *tenants.Tx) (err error) {
		i, err = w.Exchange.Get(ctx, tx, id)
		return err
	})
	return i
}

// imported takes a file in and gives what became of it.
func imported(t testing.TB, w *shiftstest.Trust, n exchange.NewImport, content []byte) exchange.Import {
	t.Helper()
	i, err := receive(t, w, n, content)
	if err != nil {
		t.Fatal(err)
	}
	w.Settle()
	return get(w, i.ID)
}

func outcome(i exchange.Import) string {
	return fmt.Sprintf("%s: %d rows, %d bad, %d created, %d updated, %d unchanged", i.Status, i.Rows, i.RowsBad, i.Created, i.Updated, i.Unchanged)
}

func want(t *testing.T, i exchange.Import, text string) {
	t.Helper()
	if got := outcome(i); got != text {
		t.Errorf("got  %s %s\nwant %s", got, i.Failure, text)
	}
}

func problems(w *shiftstest.Trust, id tenants.ID) string {
	var all []string
	w.Do(func(ctx context.Context, tx *tenants.Tx) error {
		rows, _, err := w.Exchange.Errors(ctx, tx, id, 200, "")
		for _, p := range rows {
			text := fmt.Sprintf("%d %s %s", p.Row, p.Column, p.Code)
			if p.Suggestion != "" {
				text += " (" + p.Suggestion + ")"
			}
			if p.Warning {
				text += " warning"
			}
			all = append(all, text)
		}
		return err
	})
	return strings.Join(all, "\n")
}

func list(w *shiftstest.Trust) (all []shifts.Shift) {
	w.Do(func(ctx context.Context, tx *tenants.Tx) (err error) {
		all, _, err = w.Shifts.List(ctx, tx, shifts.Filter{Limit: 200})
		return err
	})
	return all
}

func TestImport_makesShiftsAndPlansTheirCascade(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	agency := w.Agency(1)

	i := imported(t, w, exchange.NewImport{}, file(row(w, "A-1"), row(w, "A-2", "Quantity=3", "Ward=ELM", "Notes=Bring a torch"), row(w, "A-3", "Date="+w.Day(-1).String())))

	want(t, i, "applied: 3 rows, 0 bad, 5 created, 0 updated, 0 unchanged")
	all := list(w)
	if len(all) != 5 || all[0].ExternalRef != "A-3" || !all[0].Retrospective || all[0].Source != "import" || *all[0].ImportID != i.ID {
		t.Fatalf("%d shifts, the first %+v", len(all), all[0])
	}
	seen, places := map[string]bool{}, 0
	for _, s := range all {
		if !strings.Contains(s.Ref, "-") || seen[s.Ref] || s.Status != shifts.StatusOpen || s.StaffGroup != "nursing" || s.Grade != "nurse-band-5" || s.CreatedBy != "Test" {
			t.Errorf("got %+v", s)
		}
		seen[s.Ref] = true
		if s.ExternalRef == "A-2" {
			places += s.Place
			if s.WardID != w.Two.ID || s.CostCentre != "CC-ELM" || s.Notes != "Bring a torch" {
				t.Errorf("got %+v", s)
			}
		}
		if wantLead := int(s.StartsAt.Sub(s.CreatedAt) / time.Minute); s.LeadMinutes != max(wantLead, 0) {
			t.Errorf("lead %d", s.LeadMinutes)
		}
	}
	if places != 6 {
		t.Error("the places are not 1 to 3")
	}

	w.Advance(25 * time.Hour)

	if got := w.Offers(agency); len(got) != 4 {
		t.Errorf("%d are open to the agency", len(got))
	}
	w.Do(func(ctx context.Context, tx *tenants.Tx) error {
		states, err := w.Cascade.States(ctx, tx, []tenants.ID{all[0].ID, all[1].ID})
		if states[all[0].ID].Cascades || states[all[1].ID].Tier != 1 {
			t.Errorf("states %+v", states)
		}
		return err
	})
}

func TestImport_theSameFileTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	content := file(row(w, "A-1"), row(w, "A-2", "Quantity=3"))
	imported(t, w, exchange.NewImport{}, content)
	before := list(w)

	i := imported(t, w, exchange.NewImport{}, content)

	want(t, i, "applied: 2 rows, 0 bad, 0 created, 0 updated, 4 unchanged")
	after := list(w)
	for n := range before {
		if before[n].Version != after[n].Version || before[n].Ref != after[n].Ref {
			t.Errorf("%s changed", before[n].Ref)
		}
	}
}

func TestImport_changesAKnownShiftUntilSomebodyWasTold(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	agency := w.Agency(1)
	imported(t, w, exchange.NewImport{}, file(row(w, "A-1"), row(w, "A-2", "Quantity=2")))
	back, fewer := row(w, "A-1"), row(w, "A-2", "Quantity=1")
	later := "Date=" + w.Day(12).String()

	first := imported(t, w, exchange.NewImport{}, file(row(w, "A-1", later), row(w, "A-2", "Quantity=3")))
	want(t, first, "applied: 2 rows, 0 bad, 1 created, 1 updated, 2 unchanged")
	w.Advance(26 * time.Hour)
	second := imported(t, w, exchange.NewImport{}, file(back, fewer, row(w, "A-3")))

	want(t, second, "checked: 3 rows, 2 bad, 0 created, 0 updated, 0 unchanged")
	if got := problems(w, second.ID); got != "2 external_ref shift_released\n3 quantity quantity_reduced" {
		t.Errorf("got %s", got)
	}
	moved := 0
	for _, o := range w.Offers(agency) {
		if o.StartsAt.Equal(list(w)[3].StartsAt) {
			moved++
		}
	}
	if len(w.Offers(agency)) != 4 || moved != 1 {
		t.Errorf("%d are open, %d moved", len(w.Offers(agency)), moved)
	}
}

func TestImport_leavesAnEndedShiftAlone(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	imported(t, w, exchange.NewImport{}, file(row(w, "A-1")))
	s := list(w)[0]
	w.Do(func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Shifts.Cancel(ctx, tx, s.ID, "Not needed")
		return err
	})

	same := imported(t, w, exchange.NewImport{}, file(row(w, "A-1")))
	other := imported(t, w, exchange.NewImport{}, file(row(w, "A-1", "Ward=ELM")))

	want(t, same, "applied: 1 rows, 0 bad, 0 created, 0 updated, 1 unchanged")
	if got := problems(w, other.ID); got != "2 external_ref shift_cancelled" {
		t.Errorf("got %s", got)
	}
}

func TestImport_saysWhatIsWrongWithWhichCell(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)

	i := imported(t, w, exchange.NewImport{}, file(
		row(w, "A-1"),
		row(w, "A-2", "Ward=Oka Ward"),
		row(w, "A-3", "Ward=Oak Ward", "Site="),
		row(w, "A-4", "Site=Farfield Hospitl"),
		row(w, "A-5", "Grade=Band 5 nurze", "Reason=Vacancies"),
		row(w, "A-6", "Date=11/24/2026"),
		row(w, "A-7", "Start=29:00", "End=7"),
		row(w, "A-8", "Start=07:00", "End=07:00"),
		row(w, "A-9", "Break (minutes)=900", "Quantity=0"),
		row(w, "A-1", "Ward=ELM"),
		row(w, "", "Ward=ELM"),
		row(w, "A-12", "Date=2027-10-31", "Start=01:30"),
		row(w, "A-13", "Date=2027-10-31", "Start=2027-10-31 01:30+01:00"),
		row(w, "A-14", "Date=2027-03-28", "Start=01:30"),
		row(w, "A-15", "Start=00:00", "End=17:00"),
		row(w, "A-16", "Staff group=Medical and dental"),
		row(w, "A-17", "Site=Farfield Hospital", "Ward=Elm Ward"),
		row(w, "A-18", "Date=2016-11-24"),
	))

	want(t, i, "checked: 18 rows, 15 bad, 0 created, 0 updated, 0 unchanged")
	if want := strings.Join([]string{
		"3 ward ward_unknown (Oak Ward)",
		"4 ward ward_ambiguous",
		"5 site site_unknown (Farfield Hospital)",
		"6 grade grade_unknown (Band 5 nurse)",
		"6 reason reason_unknown",
		"7 date date_invalid",
		"8 start time_invalid",
		"8 end time_invalid",
		"9 end start_equals_end",
		"10 quantity quantity_invalid",
		"10 break_minutes break_invalid",
		"11 external_ref external_ref_twice",
		"12 external_ref value_missing",
		"13 start time_ambiguous",
		"14 end shift_long warning",
		"15 start time_does_not_exist",
		"16 end shift_long warning",
		"17 grade grade_of_other_group",
		"18 ward ward_unknown (Elm Ward)",
		"19 date date_out_of_range",
	}, "\n"); problems(w, i.ID) != want {
		t.Errorf("got\n%s", problems(w, i.ID))
	}
	if len(list(w)) != 0 {
		t.Error("something was applied")
	}
	w.Do(func(ctx context.Context, tx *tenants.Tx) error {
		groups, err := w.Exchange.Summary(ctx, tx, i.ID)
		if len(groups) != 20 || groups[19].Warning != true {
			t.Errorf("%d groups", len(groups))
		}
		return err
	})
}

func TestImport_appliesTheGoodRowsIfThatIsTheChoice(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	content := file(row(w, "A-1"), row(w, "A-2", "Ward=Nowhere"), row(w, "A-3"))

	chosen := imported(t, w, exchange.NewImport{Choice: exchange.Good}, content)
	want(t, chosen, "applied: 3 rows, 1 bad, 2 created, 0 updated, 0 unchanged")

	late := imported(t, w, exchange.NewImport{}, file(row(w, "B-1"), row(w, "B-2", "Ward=Nowhere")))
	want(t, late, "checked: 2 rows, 1 bad, 0 created, 0 updated, 0 unchanged")
	apply := func(choice exchange.Choice) error {
		return w.Try(func(ctx context.Context, tx *tenants.Tx) error {
			_, err := w.Exchange.Apply(ctx, tx, late.ID, choice)
			return err
		})
	}
	if err := apply(""); !errors.Is(err, exchange.ErrBadRows) {
		t.Errorf("got %v", err)
	}
	if err := apply(exchange.Good); err != nil {
		t.Fatal(err)
	}
	if err := apply(exchange.Good); !errors.Is(err, exchange.ErrSourceBusy) && !errors.Is(err, exchange.ErrNotChecked) {
		t.Errorf("twice: %v", err)
	}
	w.Settle()
	want(t, get(w, late.ID), "applied: 2 rows, 1 bad, 1 created, 0 updated, 0 unchanged")
}

func TestImport_failedRowsComeBackAsAFileToCorrect(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	i := imported(t, w, exchange.NewImport{Choice: exchange.Good}, file(row(w, "A-1"), row(w, "A-2", "Ward=Oka Ward", "Notes==1+1")))
	var out bytes.Buffer
	w.Do(func(ctx context.Context, tx *tenants.Tx) error {
		f, err := w.Exchange.FailedRows(ctx, tx, i.ID)
		if err != nil {
			return err
		}
		return f.Write(ctx, tx, &out)
	})

	text := out.String()
	if !strings.Contains(text, `There is no ward of this code or name at Kingsmere General. Did you mean ""Oak Ward""?`) || strings.Contains(text, "A-1") || !strings.Contains(text, "'=1+1") {
		t.Fatalf("got %s", text)
	}
	again := imported(t, w, exchange.NewImport{}, []byte(strings.ReplaceAll(text, "Oka Ward", "Oak Ward")))
	want(t, again, "applied: 1 rows, 0 bad, 1 created, 0 updated, 0 unchanged")
	if got := list(w)[1].Notes; got != "=1+1" {
		t.Errorf("the notes became %q", got)
	}
}

func TestImport_aDryRunCountsAndTakesItBack(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)

	i := imported(t, w, exchange.NewImport{DryRun: true}, file(row(w, "A-1"), row(w, "A-2", "Quantity=2")))

	want(t, i, "checked: 2 rows, 0 bad, 3 created, 0 updated, 0 unchanged")
	if len(list(w)) != 0 {
		t.Fatal("a dry run made shifts")
	}
	w.Do(func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Exchange.Apply(ctx, tx, i.ID, "")
		return err
	})
	w.Settle()
	want(t, get(w, i.ID), "applied: 2 rows, 0 bad, 3 created, 0 updated, 0 unchanged")
}

func TestImport_learnsNames(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	i := imported(t, w, exchange.NewImport{}, file(row(w, "A-1", "Ward=Ward 7B", "Grade=RN"), row(w, "A-2")))
	want(t, i, "checked: 2 rows, 1 bad, 0 created, 0 updated, 0 unchanged")

	w.Do(func(ctx context.Context, tx *tenants.Tx) error {
		if _, err := w.Places.Remember(ctx, tx, places.ForWard, "ward 7b", "ELM"); err != nil {
			return err
		}
		if _, err := w.Places.Remember(ctx, tx, places.ForGrade, "RN", "nurse-band-5"); err != nil {
			return err
		}
		_, err := w.Exchange.Check(ctx, tx, i.ID)
		return err
	})
	w.Settle()

	want(t, get(w, i.ID), "checked: 2 rows, 0 bad, 2 created, 0 updated, 0 unchanged")
	if len(list(w)) != 0 {
		t.Error("checking again applied it")
	}
}

func TestImport_findsColumnsByWhatPeopleCallThem(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	w.Do(func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Places.Remember(ctx, tx, places.ForHeading, "Duty no.", "external_ref")
		return err
	})
	content := "Band;Unit;Finish;Start time;Shift date;Duty no.;Why;Reason;Colour\n" +
		"Band 5 nurse;ELM;1930;700;" + w.Day(10).Midnight().Format("02/01/2006") + ";0012;x;Vacancy;red\n"
	content = strings.Replace(content, ";700;", ";0700;", 1)

	i := imported(t, w, exchange.NewImport{}, []byte(content))

	want(t, i, "applied: 1 rows, 0 bad, 1 created, 0 updated, 0 unchanged")
	if i.Mapping["external_ref"] != "Duty no." || i.Mapping["ward"] != "Unit" || len(i.Notices) != 2 {
		t.Errorf("mapping %v, notices %v", i.Mapping, i.Notices)
	}
	if s := list(w)[0]; s.ExternalRef != "0012" || s.BreakMinutes != 0 || s.Minutes() != 750 {
		t.Errorf("got %+v", s)
	}
}

func TestImport_readsWorkbooksAndOldEncodings(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	plain := string(file(row(w, "A-1", "Notes=Café, please")))
	plain = strings.Replace(plain, "Café, please", `"Café, please"`, 1)
	latin, err := charmap.Windows1252.NewEncoder().String(plain)
	if err != nil {
		t.Fatal(err)
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(strings.Replace(plain, "A-1", "A-2", 1))
	if err != nil {
		t.Fatal(err)
	}
	book := excelize.NewFile()
	for n, heading := range strings.Split(headings, ",") {
		_ = book.SetCellStr("Sheet1", fmt.Sprintf("%c1", 'A'+n), heading)
	}
	start := w.Day(10).Midnight()
	for cell, v := range map[string]any{"A2": "A-3", "C2": "ELM", "E2": "Band 5 nurse", "G2": start.AddDate(0, 0, 0), "H2": 7.0 / 24, "I2": 19.5 / 24, "J2": 60, "L2": "Vacancy", "N2": "Café, please"} {
		if err := book.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	var xlsx bytes.Buffer
	if err := book.Write(&xlsx); err != nil {
		t.Fatal(err)
	}

	first := imported(t, w, exchange.NewImport{}, []byte(latin))
	second := imported(t, w, exchange.NewImport{}, []byte(wide))
	third := imported(t, w, exchange.NewImport{}, xlsx.Bytes())

	for _, i := range []exchange.Import{first, second, third} {
		want(t, i, "applied: 1 rows, 0 bad, 1 created, 0 updated, 0 unchanged")
	}
	if len(first.Notices) != 1 || len(second.Notices) != 1 {
		t.Errorf("notices %v, %v", first.Notices, second.Notices)
	}
	for _, s := range list(w) {
		if s.Notes != "Café, please" || s.Minutes() != 750 {
			t.Errorf("got %+v", s)
		}
	}
}

func TestReceive_refusesWhatIsNoTableAndKeepsNothing(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	for code, content := range map[string]string{
		"file_not_a_table": "\x89PNG\r\n\x1a\n lots of picture",
		"file_empty":       "  \r\n",
		"header_missing":   "Ward,Date\r\nOak,24/11/2026\r\n",
		"header_duplicate": headings + ",Ward\r\n",
	} {
		_, err := receive(t, w, exchange.NewImport{}, []byte(content))
		if fault.Of(err).Code != code {
			t.Errorf("%s: %v", code, err)
		}
	}
	if _, err := receive(t, w, exchange.NewImport{Kind: "sonnets"}, file()); !errors.Is(err, exchange.ErrKind) {
		t.Errorf("got %v", err)
	}
	w.Do(func(ctx context.Context, tx *tenants.Tx) error {
		all, _, err := w.Exchange.List(ctx, tx, 0, "")
		if len(all) != 0 {
			t.Errorf("%d imports were kept", len(all))
		}
		return err
	})
}

func TestImport_aFileThatBreaksFurtherDownLeavesNoRows(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	content := append(file(row(w, "A-1"), row(w, "A-2")), []byte(`A-3,"Kings"mere,Oak Ward`+"\r\n")...)

	broken := imported(t, w, exchange.NewImport{}, content)
	empty := imported(t, w, exchange.NewImport{}, file())

	if broken.Status != exchange.Refused || broken.FailureCode != "csv_quote" || !strings.Contains(broken.Failure, "4") || broken.Rows != 0 {
		t.Errorf("got %s %q", outcome(broken), broken.Failure)
	}
	if empty.Status != exchange.Refused || empty.FailureCode != "file_empty" {
		t.Errorf("got %s %q", outcome(empty), empty.Failure)
	}
	var left int
	if err := pgtest.Owner(t).QueryRow(t.Context(), "select count(*) from import_rows where owner_id = $1", w.ID).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d rows were left, %v", left, err)
	}
}

func TestImport_aByteThatIsNoTextSpoilsItsRowAlone(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	filler := make([]string, 0, 1500)
	for n := range 1500 {
		filler = append(filler, row(w, fmt.Sprintf("F-%d", n)))
	}
	content := append(file(filler...), []byte(row(w, "A-1", "Notes=\xff\xfe")+"\r\n"+row(w, "A-2")+"\r\n")...)

	i := imported(t, w, exchange.NewImport{Choice: exchange.Good}, content)

	want(t, i, "applied: 1502 rows, 1 bad, 1501 created, 0 updated, 0 unchanged")
	if got := problems(w, i.ID); !strings.HasPrefix(got, "1502 ") {
		t.Errorf("got %s", got)
	}
}

func TestImport_thatFailsIsSeenAndCanBeReplayed(t *testing.T) {
	w := shiftstest.NewTrust(t)
	broken.times.Store(100)
	i, err := receive(t, w, exchange.NewImport{Kind: "broken"}, []byte("thing\r\none\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	_ = w.Queue.Settle(ctx, w.Party)

	failed := get(w, i.ID)
	if failed.Status != exchange.Failed || failed.Failure == "" || strings.Contains(failed.Failure, "disc") {
		t.Fatalf("got %s %q", outcome(failed), failed.Failure)
	}
	broken.times.Store(0)
	w.Do(func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Exchange.Replay(ctx, tx, i.ID)
		return err
	})
	_ = w.Queue.Settle(ctx, w.Party)

	want(t, get(w, i.ID), "applied: 1 rows, 0 bad, 1 created, 0 updated, 0 unchanged")
	err = w.Try(func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Exchange.Replay(ctx, tx, i.ID)
		return err
	})
	if !errors.Is(err, exchange.ErrNotFailed) {
		t.Errorf("got %v", err)
	}
}

func TestWalls_anotherTrustsImportDoesNotExist(t *testing.T) {
	t.Parallel()
	w, other := shiftstest.NewTrust(t), shiftstest.NewTrust(t)
	i := imported(t, w, exchange.NewImport{DryRun: true}, file(row(w, "A-1", "Ward=Nowhere")))

	for name, act := range map[string]func(context.Context, *tenants.Tx) error{
		"get": func(ctx context.Context, tx *tenants.Tx) error { _, err := w.Exchange.Get(ctx, tx, i.ID); return err },
		"errors": func(ctx context.Context, tx *tenants.Tx) error {
			_, _, err := w.Exchange.Errors(ctx, tx, i.ID, 0, "")
			return err
		},
		"rows": func(ctx context.Context, tx *tenants.Tx) error {
			_, err := w.Exchange.FailedRows(ctx, tx, i.ID)
			return err
		},
		"apply": func(ctx context.Context, tx *tenants.Tx) error {
			_, err := w.Exchange.Apply(ctx, tx, i.ID, exchange.Good)
			return err
		},
		"check": func(ctx context.Context, tx *tenants.Tx) error { _, err := w.Exchange.Check(ctx, tx, i.ID); return err },
		"replay": func(ctx context.Context, tx *tenants.Tx) error {
			_, err := w.Exchange.Replay(ctx, tx, i.ID)
			return err
		},
	} {
		if err := other.Try(act); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTemplate_isAFileThatCanBeTakenIn(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	f, err := w.Exchange.Template("shifts")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := f.Write(t.Context(), nil, &out); err != nil {
		t.Fatal(err)
	}

	i, err := receive(t, w, exchange.NewImport{}, out.Bytes())

	if err != nil || i.Status != exchange.Reading {
		t.Errorf("got %+v, %v", i, err)
	}
	w.Settle()
}

func TestExport_canBeSentBack(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	imported(t, w, exchange.NewImport{}, file(row(w, "A-1", "Notes=Bring a torch"), row(w, "A-2", "Date=2027-10-31", "Start=19:00", "End=07:00"), row(w, "A-3", "Date=2027-10-31", "Start=2027-10-31 01:30+00:00")))
	var out bytes.Buffer
	w.Do(func(ctx context.Context, tx *tenants.Tx) error {
		return w.Shifts.Export(shifts.Filter{}).Write(ctx, tx, &out)
	})

	i := imported(t, w, exchange.NewImport{}, out.Bytes())

	want(t, i, "applied: 3 rows, 0 bad, 0 created, 0 updated, 3 unchanged")
}
