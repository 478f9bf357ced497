package places

import "wardbridge/tenants"

// Names finds what a text in a file means: a code, else a name, else what was
// remembered. It is built once for a whole file and then costs a map look-up a
// row. A name that stands for two things means neither.
type Names[T any] struct {
	codes, names map[string]T
	shared       map[string]bool
	remembered   map[string]string // folded text -> folded code
}

// NewNames makes an empty register. The aliases are those of Aliases, or nil.
func NewNames[T any](aliases map[string]string) *Names[T] {
	n := &Names[T]{codes: map[string]T{}, names: map[string]T{}, shared: map[string]bool{}, remembered: map[string]string{}}
	for text, code := range aliases {
		n.remembered[Fold(text)] = Fold(code)
	}
	return n
}

// Add enters one thing under its code and its name.
func (n *Names[T]) Add(code, name string, thing T) {
	n.codes[Fold(code)] = thing
	if _, taken := n.names[Fold(name)]; taken {
		n.shared[Fold(name)] = true
	}
	n.names[Fold(name)] = thing
}

// Find gives what a text means, and whether it means anything.
func (n *Names[T]) Find(text string) (thing T, ok bool) {
	folded := Fold(text)
	if thing, ok = n.codes[folded]; ok {
		return thing, true
	}
	if thing, ok = n.names[folded]; ok && !n.shared[folded] {
		return thing, true
	}
	thing, ok = n.codes[n.remembered[folded]]
	return thing, ok
}

// Shared reports that a text is the name of more than one thing, so that a file
// can be told to write the code.
func (n *Names[T]) Shared(text string) bool { return n.shared[Fold(text)] }

// Map is where the texts of one employer's files are found on its sites and wards.
type Map struct {
	sites  *Names[Site]
	wards  *Names[Ward]
	onSite map[tenants.ID]*Names[Ward]
}

// Site finds a site by code, name or alias.
func (m *Map) Site(text string) (Site, bool) { return m.sites.Find(text) }

// Ward finds a ward by code, name or alias. A site narrows the search to its own
// wards; the zero id searches all.
func (m *Map) Ward(text string, site tenants.ID) (Ward, bool) {
	if site == (tenants.ID{}) {
		return m.wards.Find(text)
	}
	if on := m.onSite[site]; on != nil {
		return on.Find(text)
	}
	return Ward{}, false
}

// Shared reports that a ward's name is that of several wards.
func (m *Map) Shared(text string) bool { return m.wards.Shared(text) }
