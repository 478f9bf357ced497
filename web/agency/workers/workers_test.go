package workers

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"wardbridge/internal/fault"
	"wardbridge/modules/packs"
	"wardbridge/modules/workers"
	"wardbridge/tenants"
	"wardbridge/web/labels"
)

func html(t *testing.T, c templ.Component) string {
	t.Helper()
	var out strings.Builder
	if err := c.Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func wants(t *testing.T, page string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(page, w) {
			t.Errorf("the page does not say %q", w)
		}
	}
}

func TestListPage_offersToAddTheFirstWorker(t *testing.T) {
	t.Parallel()
	wants(t, html(t, listPage(listView{Add: "/a/meridian/workers/new"})), "You have no workers yet", "Add a worker")
	wants(t, html(t, listPage(listView{Filtered: true, Action: "/a/meridian/workers"})), "No workers match", "Show all workers")
}

func TestListPage_saysWhoHasConfirmed(t *testing.T) {
	t.Parallel()
	asked := &workers.Representation{ID: tenants.NewID(), Name: "Grace Mensah", RegisterBody: "NMC", RegisterNumber: "18A2998E"}
	known := &workers.Representation{ID: tenants.NewID(), Name: "Tomasz Zielinski", WorkerID: tenants.NewID(), ConfirmedAt: time.Date(2026, 9, 1, 9, 0, 0, 0, time.UTC)}

	page := html(t, listPage(listView{Rows: []row{rowOf("/w", asked, labels.Book{}), rowOf("/w", known, labels.Book{})}}))

	wants(t, page, "NMC 18A2998E", waiting, "cannot be proposed yet", confirmed, "by the worker, Tue 1 Sep 2026", "None")
}

func TestWorkerPage_saysWhatIsWaitedFor(t *testing.T) {
	t.Parallel()
	wants(t, html(t, workerPage(workerView{Name: "Grace Mensah", State: waiting, Waiting: true, Archive: "/x"})), "has not confirmed yet", "Archive")
}

func TestAddPage_keepsWhatWasTypedAndNamesTheBox(t *testing.T) {
	t.Parallel()
	refused := workers.ErrRegistration.With(fault.Field{Name: "register_number", Code: "wrong_format", Text: "An NMC PIN has two digits."})

	page := html(t, addPage(addView{Name: "Grace Mensah", RegNumber: "12", Refused: refused}))

	wants(t, page, "The worker was not added", `href="#register_number"`, `value="Grace Mensah"`, `value="12"`, "An NMC PIN has two digits.")
}

func TestFacts_takesTheStaffGroupOfTheGrade(t *testing.T) {
	t.Parallel()
	grades := map[string]packs.Grade{"nurse-band-5": {Code: "nurse-band-5", StaffGroup: "nursing"}}

	facts, err := addIn{Name: "Grace Mensah", Born: "1988-03-14", Grade: "nurse-band-5"}.facts(grades)

	if err != nil || facts.StaffGroup != "nursing" || facts.BornOn.String() != "1988-03-14" {
		t.Fatalf("%+v, %v", facts, err)
	}
	_, err = addIn{}.facts(grades)
	var f *fault.Fault
	if !errors.As(err, &f) || len(f.Fields) != 3 {
		t.Errorf("an empty form: %v", err)
	}
}

func TestArchivePage_asksFirst(t *testing.T) {
	t.Parallel()
	wants(t, html(t, archivePage(archiveView{Name: "Grace Mensah", Refused: workers.ErrArchived})), "Archive Grace Mensah?", workers.ErrArchived.Text, "Archive the worker")
}
