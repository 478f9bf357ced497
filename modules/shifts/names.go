package shifts

import (
	"context"

	"wardbridge/internal/sheets"
	"wardbridge/modules/packs"
	"wardbridge/modules/places"
	"wardbridge/tenants"
)

// names is everything a shift may refer to.
type names struct {
	wards   map[tenants.ID]places.Ward
	grades  map[string]packs.Grade
	groups  map[string]packs.StaffGroup
	reasons map[string]packs.Reason
}

func (s *Service) names(ctx context.Context, tx *tenants.Tx) (*names, error) {
	var n names
	var err error
	if n.wards, err = s.places.Wards(ctx, tx, tx.Me.ID); err != nil {
		return nil, err
	}
	if n.grades, err = s.packs.GradesByCode(ctx, tx); err != nil {
		return nil, err
	}
	if n.groups, err = s.packs.StaffGroupsByCode(ctx, tx); err != nil {
		return nil, err
	}
	n.reasons, err = s.packs.ReasonsByCode(ctx, tx)
	return &n, err
}

// wordbook finds codes by the words of a file. A file says few words many times,
// so each is worked out once, and so is what may have been meant instead.
type wordbook struct {
	names *places.Names[string]
	known []string // what suggestions are chosen from
	found map[string]string
	meant map[string]string
}

func (w *wordbook) find(text string) (code string, ok bool) {
	if code, ok = w.found[text]; ok {
		return code, true
	}
	if code, ok = w.names.Find(text); ok {
		w.found[text] = code
	}
	return code, ok
}

// suggest names what was most likely meant. Beyond a thousand different unknown
// words the file is not ours, and guessing would only cost time.
func (w *wordbook) suggest(text string) string {
	if guess, done := w.meant[text]; done {
		return guess
	}
	if len(w.meant) >= 1000 {
		return ""
	}
	guess := sheets.Suggest(text, w.known)
	w.meant[text] = guess
	return guess
}

// entry is one code with its name.
type entry struct{ code, name string }

func newWordbook(aliases map[string]string, entries []entry) *wordbook {
	w := &wordbook{names: places.NewNames[string](aliases), found: map[string]string{}, meant: map[string]string{}}
	for _, e := range entries {
		w.names.Add(e.code, e.name, e.code)
		w.known = append(w.known, e.name)
	}
	return w
}

// wordbook reads what an organisation's files call the codes of one kind.
func (s *Service) wordbook(ctx context.Context, tx *tenants.Tx, kind places.Kind, entries []entry) (*wordbook, error) {
	aliases, err := s.places.Aliases(ctx, tx, kind)
	if err != nil {
		return nil, err
	}
	return newWordbook(aliases, entries), nil
}

// reading prepares to read the rows of a file.
func (s *Service) reading(ctx context.Context, tx *tenants.Tx) (*reader, error) {
	n, err := s.names(ctx, tx)
	if err != nil {
		return nil, err
	}
	r := &reader{now: tx.Now, names: n, spans: map[[3]string]span{}, wards: map[[2]string]placed{}}
	if r.places, err = s.places.Map(ctx, tx); err != nil {
		return nil, err
	}
	sites := map[string]bool{}
	var siteNames, wardNames []entry
	for _, w := range n.wards {
		wardNames = append(wardNames, entry{w.Code, w.Name})
		if !sites[w.SiteCode] {
			sites[w.SiteCode] = true
			siteNames = append(siteNames, entry{w.SiteCode, w.SiteName})
		}
	}
	r.siteWords, r.wardWords = newWordbook(nil, siteNames), newWordbook(nil, wardNames)
	var groups, grades, reasons []entry
	for _, g := range n.groups {
		groups = append(groups, entry{g.Code, g.Name})
	}
	for _, g := range n.grades {
		grades = append(grades, entry{g.Code, g.Name})
	}
	for _, g := range n.reasons {
		reasons = append(reasons, entry{g.Code, g.Name})
	}
	if r.groups, err = s.wordbook(ctx, tx, places.ForStaffGroup, groups); err != nil {
		return nil, err
	}
	if r.grades, err = s.wordbook(ctx, tx, places.ForGrade, grades); err != nil {
		return nil, err
	}
	r.reasons, err = s.wordbook(ctx, tx, places.ForReason, reasons)
	return r, err
}
