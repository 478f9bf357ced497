package proposals

import (
	"testing"

	"wardbridge/modules/packs"
)

func TestGradeFits_takesTheSameOrAHigherGradeOfTheProfession(t *testing.T) {
	t.Parallel()
	band5 := packs.Grade{Code: "nurse-band-5", StaffGroup: "nursing", Position: 20}
	band6 := packs.Grade{Code: "nurse-band-6", StaffGroup: "nursing", Position: 30}
	midwife := packs.Grade{Code: "midwife-band-6", StaffGroup: "nursing", Position: 110}
	registrar := packs.Grade{Code: "st3", StaffGroup: "medical", Position: 190}
	consultant := packs.Grade{Code: "consultant", StaffGroup: "medical", Position: 210}
	for _, c := range []struct {
		name          string
		worker, shift packs.Grade
		fits          bool
	}{
		{"equal", band5, band5, true},
		{"higher", band6, band5, true},
		{"lower", band5, band6, false},
		{"another profession, though further up the list", midwife, band5, false},
		{"a higher doctor", consultant, registrar, true},
		{"a lower doctor", registrar, consultant, false},
		{"another group", consultant, band5, false},
	} {
		if got := gradeFits(c.worker, c.shift); got != c.fits {
			t.Errorf("%s: %v, want %v", c.name, got, c.fits)
		}
	}
}

func TestNeedsRegister_knowsWhoseWorkIsRegistered(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		group, band string
		want        bool
	}{{"nursing", "afc-5", true}, {"medical", "medical", true}, {"ahp", "afc-5", true}, {"ahp", "afc-3", false}, {"hca", "afc-3", false}, {"admin", "afc-5", false}} {
		if got := needsRegister(packs.Grade{StaffGroup: c.group, Band: c.band}); got != c.want {
			t.Errorf("%s %s: %v, want %v", c.group, c.band, got, c.want)
		}
	}
}
