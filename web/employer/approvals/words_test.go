package approvals

import "testing"

func TestFigure_isToldInWordsAndWithoutIds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, value, label, text string }{
		{"pay_rate", "20.8600", "Pay rate", "£20.86 an hour"},
		{"charge.low", "40.6826", "Charge, unsocial hours", "£40.6826 an hour"},
		{"cap_row.core", "Price caps, version 2, from Wed 1 Apr 2026", "Source of the cap, core hours", "Price caps, version 2, from Wed 1 Apr 2026"},
		{"card", "within rate card Agency rates 2026, version 1", "Rate card", "within rate card Agency rates 2026, version 1"},
	} {
		if f, told := figure(c.name, c.value); !told || f.Label != c.label || f.Value != c.text {
			t.Errorf("%s: %+v, %v", c.name, f, told)
		}
	}
	if _, told := figure("agreement_id", "01a227ac-c240-7e3d-b04b-9d7a2f6f63f4"); told {
		t.Error("an id is told to people")
	}
}
