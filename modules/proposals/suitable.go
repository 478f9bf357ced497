package proposals

import (
	"strings"

	"wardbridge/modules/packs"
)

// registers are the staff groups whose members are on a professional register,
// and from which band up: below it the work needs none.
var registers = map[string][]string{
	"nursing":    {"afc-4", "afc-5", "afc-6", "afc-7", "afc-8a", "afc-8b", "afc-8c", "afc-8d", "afc-9"},
	"medical":    {"medical"},
	"ahp":        {"afc-5", "afc-6", "afc-7", "afc-8a", "afc-8b", "afc-8c", "afc-8d", "afc-9"},
	"scientific": {"afc-5", "afc-6", "afc-7", "afc-8a", "afc-8b", "afc-8c", "afc-8d", "afc-9"},
}

// needsRegister reports whether a shift of this grade is for somebody on a
// professional register.
func needsRegister(g packs.Grade) bool {
	for _, band := range registers[g.StaffGroup] {
		if band == g.Band {
			return true
		}
	}
	return false
}

// gradeFits reports whether a worker's grade is the shift's or a higher one of
// the same profession. A nurse of any band is no midwife, so the order of grades
// counts within a profession alone.
func gradeFits(worker, shift packs.Grade) bool {
	return worker.Code == shift.Code ||
		worker.StaffGroup == shift.StaffGroup && profession(worker) == profession(shift) && worker.Position > shift.Position
}

// profession is what comes before the band in a grade's code; grades that have
// no band of their own are one profession with their group.
func profession(g packs.Grade) string {
	name, _, banded := strings.Cut(g.Code, "-band-")
	if !banded {
		return g.StaffGroup
	}
	return name
}
