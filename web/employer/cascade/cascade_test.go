package cascade

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"wardbridge/internal/fault"
	"wardbridge/modules/cascade"
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
	now  = time.Date(2026, 11, 23, 10, 42, 0, 0, time.UTC)
	rule = cascade.Rule{Version: 3, Name: "Standard", Bands: cascade.DefaultBands(), ValidFrom: now}
)

func TestBandsOf_sayTheRuleInWords(t *testing.T) {
	t.Parallel()
	want := []band{
		{"Over 14 days", "7 days before the start", "48 h after the tier before"},
		{"3 to 14 days", "24 h after the bank", "24 h after the tier before"},
		{"24 to 72 h", "4 h after the bank", "4 h after the tier before"},
		{"Under 24 h", "30 minutes after the bank", "30 minutes after the tier before"},
	}
	if got := bandsOf(rule); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestRulePage_saysWhatHappensWhen(t *testing.T) {
	t.Parallel()
	steps := simulated(rule, now, now.Add(48*time.Hour), tiers{highest: 2, names: map[int][]string{1: {"Castle", "Harbour", "Meridian"}}})
	v := view{At: "/e/kingsmere/cascade-rules", Change: "/e/kingsmere/cascade-rules/change", Name: rule.Name, Sub: "Version 3", Bands: bandsOf(rule), Hours: "48", Steps: steps,
		Versions: []version{{Number: "Version 3", From: "Mon 23 Nov 2026, 10:42", Who: "Priya Raman", Bands: bandsOf(rule)}}}

	wants(t, html(t, rulePage(v)), "Over 14 days", "The bank", "Tier 1", "Mon 23 Nov 2026, 14:42", "Castle, Harbour and Meridian are told. Lead time 24 to 72 h: 4 h after the bank.",
		"Tier 2", "Mon 23 Nov 2026, 18:42", "Nobody to tell", "1 version", "Made by Priya Raman.", "Change the rule", `value="48"`)
}

func TestRulePage_showsReadersNoAct(t *testing.T) {
	t.Parallel()
	page := html(t, rulePage(view{At: "/e/kingsmere/cascade-rules", Name: rule.Name, Bands: bandsOf(rule), Steps: simulated(rule, now, now.Add(time.Hour), tiers{})}))

	wants(t, page, "the bank first, at once")
	if strings.Contains(page, "Change the rule") || strings.Contains(page, "Tier 1</h") {
		t.Error("offers a change, or tells a tier that nobody is in")
	}
}

func TestRuleOf_readsWhatTheAuditKept(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(map[string]any{"version": 3, "name": "Standard", "bands": cascade.DefaultBands(), "valid_from": now})
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := ruleOf(raw); !ok || got.Version != 3 || !slices.Equal(bandsOf(got), bandsOf(rule)) {
		t.Errorf("read %v", got)
	}
	if _, ok := ruleOf(nil); ok {
		t.Error("made a rule of nothing")
	}
}

func TestChangeForm_givesBackTheRuleItWasMadeOf(t *testing.T) {
	t.Parallel()
	bands, err := formOf(rule).bands(rule.Bands)
	if err != nil || !slices.Equal(bands, rule.Bands) {
		t.Errorf("%v, %v", bands, err)
	}
}

func TestChangePage_namesEachBoxThatIsWrong(t *testing.T) {
	t.Parallel()
	f := formOf(rule)
	f.First["1"], f.Each["3"] = "soon", "9999"
	_, err := f.bands(rule.Bands)
	refused := fault.Of(err)
	if len(refused.Fields) != 2 {
		t.Fatalf("refused %v", refused.Fields)
	}

	page := html(t, changePage(changeView{Back: "/e/kingsmere/cascade-rules", Bands: bandsOf(rule), Form: f}, refused))

	wants(t, page, "There is a problem", "Give hours from 0 to 2,160", `value="soon"`, `name="way.0"`, `value="before" selected`, "Lead time under 24 h", `name="version" value="3"`, `value="0.5"`)
}
