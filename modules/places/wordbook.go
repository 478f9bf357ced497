package places

import (
	"context"

	"wardbridge/internal/sheets"
	"wardbridge/tenants"
)

// Wordbook finds codes by the words of a file. A file says few words many times,
// so each is worked out once, and so is what may have been meant instead.
type Wordbook struct {
	names *Names[string]
	known []string // what suggestions are chosen from
	found map[string]string
	meant map[string]string
}

// Word is one code with its name.
type Word struct{ Code, Name string }

// NewWordbook makes a wordbook of codes, and of what an organisation calls them.
func NewWordbook(aliases map[string]string, words []Word) *Wordbook {
	w := &Wordbook{names: NewNames[string](aliases), found: map[string]string{}, meant: map[string]string{}}
	for _, e := range words {
		w.names.Add(e.Code, e.Name, e.Code)
		w.known = append(w.known, e.Name)
	}
	return w
}

// Wordbook reads what the organisation's files call the codes of one kind.
func (s *Service) Wordbook(ctx context.Context, tx *tenants.Tx, kind Kind, words []Word) (*Wordbook, error) {
	aliases, err := s.Aliases(ctx, tx, kind)
	if err != nil {
		return nil, err
	}
	return NewWordbook(aliases, words), nil
}

// Find gives the code that a text stands for.
func (w *Wordbook) Find(text string) (code string, ok bool) {
	if code, ok = w.found[text]; ok {
		return code, true
	}
	if code, ok = w.names.Find(text); ok {
		w.found[text] = code
	}
	return code, ok
}

// Suggest names what was most likely meant. Beyond a thousand different unknown
// words the file is not ours, and guessing would only cost time.
func (w *Wordbook) Suggest(text string) string {
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
