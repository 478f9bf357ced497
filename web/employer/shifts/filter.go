package shifts

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/paging"
	"wardbridge/modules/shifts"
	"wardbridge/tenants"
	"wardbridge/web/ui"
)

// The views of the board, each with an address and a count of its own.
const (
	viewOpen   = "open"
	viewNext48 = "next48"
	viewReview = "review"
	viewFilled = "filled"
	viewAll    = "all"
)

// trailMax bounds how many pages one can go back by a link.
const trailMax = 40

// ask is what the address of the board asks for.
type ask struct {
	View       string        `query:"view" enum:"open,next48,review,filled,all"`
	Q          string        `query:"q" maxlen:"60"`
	Site       tenants.ID    `query:"site"`
	Ward       tenants.ID    `query:"ward"`
	StaffGroup string        `query:"staff_group" maxlen:"40"`
	Grade      string        `query:"grade" maxlen:"40"`
	From       civil.Date    `query:"from"`
	To         civil.Date    `query:"to"`
	Status     string        `query:"status" enum:"draft,open,filled,cancelled,expired"`
	Rows       int           `query:"rows" enum:"25,50,100"`
	Cursor     paging.Cursor `query:"cursor" maxlen:"400"`
	Trail      string        `query:"trail" maxlen:"6000"` // the cursors of the pages before, parted by dots
}

func (a ask) view() string { return first(a.View, viewOpen) }

func (a ask) rows() int {
	if a.Rows == 0 {
		return 50
	}
	return a.Rows
}

// filter is the ask in the words of the module.
func (a ask) filter(now time.Time) shifts.Filter {
	f := shifts.Filter{From: a.From, To: a.To, Site: a.Site, Ward: a.Ward, StaffGroup: a.StaffGroup, Grade: a.Grade,
		Q: a.Q, Limit: a.rows(), Cursor: a.Cursor}
	switch a.view() {
	case viewOpen:
		f.Status = []shifts.Status{shifts.StatusOpen}
	case viewNext48:
		f.Status, f.Before = []shifts.Status{shifts.StatusOpen}, now.Add(48*time.Hour)
		if today := civil.DateOf(now); f.From.Before(today) {
			f.From = today
		}
	case viewFilled:
		f.Status = []shifts.Status{shifts.StatusFilled}
		if f.From.IsZero() {
			f.From = civil.DateOf(now)
		}
	case viewAll:
		if a.Status != "" {
			f.Status = []shifts.Status{shifts.Status(a.Status)}
		}
	}
	return f
}

// holds asks of one shift what the filter asks of a list.
func (a ask) holds(s *shifts.Shift, ward string) bool {
	day, q := civil.DateOf(s.StartsAt), strings.ToLower(strings.TrimSpace(a.Q))
	return (a.Site == tenants.ID{} || s.SiteID == a.Site) && (a.Ward == tenants.ID{} || s.WardID == a.Ward) &&
		(a.StaffGroup == "" || s.StaffGroup == a.StaffGroup) && (a.Grade == "" || s.Grade == a.Grade) &&
		(a.From.IsZero() || !day.Before(a.From)) && (a.To.IsZero() || !day.After(a.To)) &&
		(q == "" || strings.Contains(strings.ToLower(s.Ref), q) || strings.Contains(strings.ToLower(s.ExternalRef), q) || strings.Contains(strings.ToLower(ward), q))
}

// link is the address of the same list with some parameters changed; an empty
// value takes one away. Whatever changes, one begins at the first page again.
func (a ask) link(base string, changes ...string) string {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	if a.view() != viewOpen {
		q.Set("view", a.View)
	}
	set("q", a.Q)
	if a.Site != (tenants.ID{}) {
		q.Set("site", a.Site.String())
	}
	if a.Ward != (tenants.ID{}) {
		q.Set("ward", a.Ward.String())
	}
	set("staff_group", a.StaffGroup)
	set("grade", a.Grade)
	set("from", dateValue(a.From))
	set("to", dateValue(a.To))
	if a.view() == viewAll {
		set("status", a.Status)
	}
	if a.Rows != 0 {
		q.Set("rows", strconv.Itoa(a.Rows))
	}
	for i := 0; i+1 < len(changes); i += 2 {
		if q.Del(changes[i]); changes[i+1] != "" {
			q.Set(changes[i], changes[i+1])
		}
	}
	if len(q) == 0 {
		return base
	}
	return base + "?" + q.Encode()
}

// next is the address of the page behind a cursor; it remembers the way back.
func (a ask) next(base string, cursor paging.Cursor) string {
	trail := append(a.trail(), string(a.Cursor))
	if len(trail) > trailMax {
		trail = trail[len(trail)-trailMax:]
	}
	return a.link(base, "cursor", string(cursor), "trail", strings.Join(trail, "."))
}

// previous is the address of the page before, or nothing on the first.
func (a ask) previous(base string) string {
	trail := a.trail()
	if a.Cursor == "" || len(trail) == 0 {
		return ""
	}
	return a.link(base, "cursor", trail[len(trail)-1], "trail", strings.Join(trail[:len(trail)-1], "."))
}

func (a ask) trail() []string {
	if a.Cursor == "" {
		return nil
	}
	if a.Trail == "" {
		return []string{""} // the page before is the first
	}
	return strings.Split(a.Trail, ".")
}

func dateValue(d civil.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

// chips are the filters that are set, each with the address without it.
func (a ask) chips(base string, n *names) []ui.Chip {
	var chips []ui.Chip
	add := func(set bool, text string, without ...string) {
		if set {
			var changes []string
			for _, name := range without {
				changes = append(changes, name, "")
			}
			chips = append(chips, ui.Chip{Text: text, Remove: a.link(base, changes...)})
		}
	}
	add(a.Q != "", "“"+a.Q+"”", "q")
	add(a.Site != (tenants.ID{}), first(n.siteName(a.Site), "Unknown site"), "site")
	add(a.Ward != (tenants.ID{}), first(n.ward[a.Ward].Name, "Unknown ward"), "ward")
	add(a.StaffGroup != "", first(n.group[a.StaffGroup].Name, a.StaffGroup), "staff_group")
	add(a.Grade != "", first(n.grade[a.Grade].Name, a.Grade), "grade")
	switch {
	case !a.From.IsZero() && a.From == a.To:
		add(true, a.From.Text(), "from", "to")
	case !a.From.IsZero() && !a.To.IsZero():
		add(true, a.From.Text()+" to "+a.To.Text(), "from", "to")
	default:
		add(!a.From.IsZero(), "From "+a.From.Text(), "from")
		add(!a.To.IsZero(), "Until "+a.To.Text(), "to")
	}
	add(a.Status != "" && a.view() == viewAll, capital(a.Status), "status")
	return chips
}

// words is the filter as it is printed under the title.
func (a ask) words(n *names) string {
	said := []string{map[string]string{viewOpen: "Open shifts", viewNext48: "Open shifts of the next 48 hours",
		viewReview: "Shifts with proposals to review", viewFilled: "Filled shifts", viewAll: "All shifts"}[a.view()]}
	for _, c := range a.chips("", n) {
		said = append(said, c.Text)
	}
	return strings.Join(said, ", ")
}

// clear is the address of the view without its filters.
func (a ask) clear(base string) string {
	return ask{View: a.View, Rows: a.Rows}.link(base)
}

func idValue(id tenants.ID) string {
	if id == (tenants.ID{}) {
		return ""
	}
	return id.String()
}
