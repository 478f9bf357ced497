package agencies

import (
	"context"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"wardbridge/modules/workers"
	"wardbridge/web/ui"
)

func html(t *testing.T, c templ.Component) string {
	t.Helper()
	var out strings.Builder
	if err := c.Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestListPage_saysHowAgenciesFindOne(t *testing.T) {
	t.Parallel()
	page := html(t, listPage(listView{Register: "NMC 18A2998E"}))
	for _, w := range []string{"No agency represents you yet", "NMC 18A2998E and your date of birth"} {
		if !strings.Contains(page, w) {
			t.Errorf("the page does not say %q", w)
		}
	}
}

func TestListPage_asksAboutThoseThatWait(t *testing.T) {
	t.Parallel()
	page := html(t, listPage(listView{Asking: []asking{{"Northbank Nursing", "Band 6", "/me/agencies/1/confirm"}}, Confirmed: []represented{{Agency: "Meridian Medical", Grade: "Band 6", Since: "confirmed on Tue 1 Sep 2026"}}}))
	for _, w := range []string{"say that they represent you", "/me/agencies/1/confirm", "Answer", "confirmed on Tue 1 Sep 2026"} {
		if !strings.Contains(page, w) {
			t.Errorf("the page does not say %q", w)
		}
	}
}

func TestConfirmPage_asksFirstAndTellsARefusal(t *testing.T) {
	t.Parallel()
	page := html(t, confirmPage(confirmView{Agency: "Northbank Nursing", Refused: workers.ErrAlreadyRepresented, Answers: []ui.Answer{{Key: "They may", Value: "Propose you"}}}))
	for _, w := range []string{"Does Northbank Nursing represent you?", workers.ErrAlreadyRepresented.Text, "Yes, they represent me", "Not now"} {
		if !strings.Contains(page, w) {
			t.Errorf("the page does not say %q", w)
		}
	}
}
