package rates

import (
	"context"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/cards"
	"wardbridge/modules/packs"
	"wardbridge/tenants"
)

func html(t *testing.T, c templ.Component) string {
	t.Helper()
	var out strings.Builder
	if err := c.Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "app-button--primary"); n > 1 {
		t.Errorf("%d green buttons", n)
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

var (
	today  = civil.MustDate("2026-11-23")
	grades = []packs.Grade{{Code: "nurse-band-5", Name: "Band 5 nurse"}, {Code: "nurse-band-6", Name: "Band 6 nurse"}}
	first  = cards.Card{ID: tenants.NewID(), Name: "Agency nursing", Version: 1, ValidFrom: civil.MustDate("2026-04-01"), ValidTo: civil.MustDate("2027-03-31"), Source: "Trust board, March 2026"}
	second = cards.Card{ID: tenants.NewID(), Name: "Agency nursing", Version: 2, ValidFrom: civil.MustDate("2027-04-01")}
	other  = cards.Card{ID: tenants.NewID(), Name: "Agency doctors", Version: 1, ValidFrom: civil.MustDate("2027-01-01")}
	entry  = cards.Entry{Grade: "nurse-band-5", PayMax: money.MustRate("21.5"), CommissionMax: money.MustRate("2.125")}
)

func TestListPage_showsTheVersionThatCounts(t *testing.T) {
	t.Parallel()
	all := byName([]cards.Card{second, other, first})
	if len(all) != 2 || len(all[0]) != 2 || counting(all[0], today).Version != 1 || counting(all[1], today).Version != 1 {
		t.Fatalf("grouped as %v", all)
	}
	c := card{Name: "Agency nursing", Again: "/e/kingsmere/rates/new?card=1", Shown: versionOf("/e/kingsmere/rates", first, today),
		Lines: linesOf([]cards.Entry{entry}, map[string]packs.Grade{"nurse-band-5": grades[0]})}
	for _, v := range all[0] {
		c.Versions = append(c.Versions, versionOf("/e/kingsmere/rates", v, today))
	}

	wants(t, html(t, listPage(listView{New: "/e/kingsmere/rates/new", Cards: []card{c}})),
		"Version 1, Wed 1 Apr 2026 to Wed 31 Mar 2027", "Band 5 nurse", "£21.50", "£2.125", "2 versions", "To come", "Active", "Trust board, March 2026",
		`href="/e/kingsmere/rates/`+second.ID.String()+`"`, "New version")
}

func TestListPage_saysWhyItIsEmpty(t *testing.T) {
	t.Parallel()
	page := html(t, listPage(listView{}))

	wants(t, page, "No rate cards yet")
	if strings.Contains(page, "New card") {
		t.Error("offers a card to somebody who may not publish")
	}
}

func TestCardPage_saysWhatItRestsOn(t *testing.T) {
	t.Parallel()
	wants(t, html(t, cardPage(cardView{Name: "Agency nursing", Version: versionOf("/r", second, today)})), "Version 2", "from Thu 1 Apr 2027", "To come", "Not said", "0 grades")
}

func TestNewCard_readsRowsAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	n, err := newCard(newForm{Name: "Agency nursing", Lines: "band 5 nurse, £21.50, 2\r\n\r\nnurse-band-6\t24.10\t2.5\n"}, grades)
	if err != nil {
		t.Fatal(err)
	}
	want := []cards.NewLine{{Grade: "nurse-band-5", PayMax: money.MustRate("21.5"), CommissionMax: money.MustRate("2")}, {Grade: "nurse-band-6", PayMax: money.MustRate("24.1"), CommissionMax: money.MustRate("2.5")}}
	if len(n.Lines) != 2 || n.Lines[0] != want[0] || n.Lines[1] != want[1] {
		t.Errorf("read %v", n.Lines)
	}
	if again := cut(written([]cards.Entry{entry})); len(again) != 1 || strings.Join(again[0].cells, "|") != "nurse-band-5|21.50|2.125" {
		t.Errorf("written and read again: %v", again)
	}
}

func TestNewPage_saysWhichRowIsWrong(t *testing.T) {
	t.Parallel()
	in := newForm{Name: "Agency nursing", ValidFrom: today, Lines: "nurse-band-5, 21.50, 2\n\nnurse-band-6, a lot, 2\nnurse-band-6"}
	_, err := newCard(in, grades)
	refused := fault.Of(err)

	page := html(t, newPage("/e/kingsmere/rates", in, grades, refused))

	wants(t, page, "There is a problem", "Row 3: ", "Row 4: Write the grade", `value="2026-11-23"`, "nurse-band-6, a lot, 2", "Band 6 nurse")

	moved := placed(fault.ErrInvalid.With(fault.Field{Name: "lines.1.grade", Text: "There is no such grade."}, fault.Field{Name: "name", Text: "Give a name."}), cut(in.Lines))
	if moved.Fields[0].Name != "lines" || moved.Fields[0].Text != "Row 3: There is no such grade." || moved.Fields[1].Name != "name" {
		t.Errorf("placed as %v", moved.Fields)
	}
}
