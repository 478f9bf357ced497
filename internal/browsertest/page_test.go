package browsertest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMain(m *testing.M) { os.Exit(Run(m)) }

// recorder stands in for the test of a page and remembers what failed it.
type recorder struct {
	testing.TB
	errors   []string
	cleanups []func()
}

func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}
func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }
func (r *recorder) Failed() bool     { return len(r.errors) > 0 }
func (r *recorder) Helper()          {}
func (r *recorder) finish() {
	for _, f := range r.cleanups {
		f()
	}
}

const form = `<!DOCTYPE html><html lang="en"><head><title>Form</title><link rel="icon" href="data:,"></head><body><main><h1>Form</h1>
<form method="post" action="/sent"><label for="ward">Ward</label><input id="ward" name="ward" value="old">
<label for="day">Day</label><input type="date" id="day" name="day">
<label for="site">Site</label><select id="site" name="site"><option value="a">Annexe</option><option value="b">Main house</option></select>
<input type="checkbox" id="agree" name="agree" value="yes"><label for="agree">I agree</label>
<label for="file">File</label><input type="file" id="file">
<button>Send<span class="nhsuk-u-visually-hidden"> the form</span></button></form>
<a href="/missing">Nowhere</a> <a href="#top">Up</a> <a href="/rows.csv">CSV</a></main></body></html>`

func site(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	page := func(path, html string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; img-src data:; form-action 'self'")
			_, _ = w.Write([]byte(html))
		})
	}
	// The page that is not there has no link to an icon, so Chromium asks for this.
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	page("GET /form", form)
	page("GET /inline", `<!DOCTYPE html><link rel="icon" href="data:,"><body><script>window.ran = true</script></body>`)
	page("GET /noisy", `<!DOCTYPE html><link rel="icon" href="data:,"><body><script src="/noisy.js"></script></body>`)
	page("GET /broken", `<!DOCTYPE html><link rel="icon" href="data:,"><body><script src="/gone.js"></script></body>`)
	page("GET /poor", `<!DOCTYPE html><html><head><link rel="icon" href="data:,"></head><body><img src="data:,"></body></html>`)
	page("GET /wide", `<!DOCTYPE html><link rel="icon" href="data:,"><body><pre class="long">`+strings.Repeat("wide", 300)+`</pre></body>`)
	mux.HandleFunc("GET /noisy.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = w.Write([]byte(`console.error("a complaint"); throw new Error("an exception")`))
	})
	mux.HandleFunc("GET /rows.csv", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/csv")
		w.Header().Set("Content-Disposition", `attachment; filename="rows.csv"`)
		_, _ = w.Write([]byte("a,b\n"))
	})
	mux.HandleFunc("POST /sent", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		http.Redirect(w, r, "/got?"+r.PostForm.Encode(), http.StatusSeeOther)
	})
	mux.HandleFunc("GET /got", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprintf(w, `<!DOCTYPE html><link rel="icon" href="data:,"><body><p id="got">%s, %s, %s, %s</p></body>`,
			r.FormValue("ward"), r.FormValue("day"), r.FormValue("site"), r.FormValue("agree"))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func TestPage_fillsAndSendsAFormAsAPersonDoes(t *testing.T) {
	t.Parallel()
	for _, noScripts := range []bool{false, true} {
		t.Run(fmt.Sprintf("scripts off %v", noScripts), func(t *testing.T) {
			t.Parallel()
			p := Open(t, Options{Base: site(t), NoScripts: noScripts})
			p.Visit("/form")

			p.Fill("Ward", "Ward 7")
			p.Fill("Day", "2026-11-24")
			p.Select("Site", "Main house")
			p.Choose("I agree")
			p.Click("Send")

			p.WantPath("/got")
			if got := p.Text("#got"); got != "Ward 7, 2026-11-24, b, yes" {
				t.Errorf("the server got %q", got)
			}
			if p.Status() != http.StatusOK {
				t.Errorf("status %d", p.Status())
			}
		})
	}
}

func TestPage_readsTheStatusOfTheDocumentWithoutComplaint(t *testing.T) {
	t.Parallel()
	p := Open(t, Options{Base: site(t)})
	p.Visit("/form")

	p.Click("Nowhere")

	if p.Status() != http.StatusNotFound {
		t.Errorf("status %d, want 404", p.Status())
	}
}

func TestPage_followsAnAnchorWithoutWaitingForAPage(t *testing.T) {
	t.Parallel()
	p := Open(t, Options{Base: site(t)})
	p.Visit("/form")

	p.Click("Up")

	p.WantTrue("location.hash === '#top'")
}

func TestPage_givesAFileToAnInput(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "rows.csv")
	if err := os.WriteFile(path, []byte("a,b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := Open(t, Options{Base: site(t)})
	p.Visit("/form")

	p.Upload("File", path)

	p.WantTrue("document.getElementById('file').files[0]?.name === 'rows.csv'")
}

func TestPage_savesAFileThatIsDownloaded(t *testing.T) {
	t.Parallel()
	for _, noScripts := range []bool{false, true} {
		p := Open(t, Options{Base: site(t), NoScripts: noScripts})
		p.Visit("/form")

		if got := string(p.Download("CSV")); got != "a,b\n" {
			t.Errorf("scripts off %v: the file holds %q", noScripts, got)
		}
		p.WantPath("/form")
	}
}

func TestPage_hasCookiesOfItsOwn(t *testing.T) {
	t.Parallel()
	base := site(t)
	one, two := Open(t, Options{Base: base}), Open(t, Options{Base: base})
	one.Visit("/form")
	one.Evaluate("document.cookie = 'who=one'")

	two.Visit("/form")

	if got := two.Evaluate("document.cookie"); got != "" {
		t.Errorf("the second page has the cookies %q", got)
	}
}

func TestCheck_failsTheTestForWhatTheBrowserComplainsOf(t *testing.T) {
	for path, want := range map[string][]string{
		"/inline": {"Content Security Policy"},
		"/noisy":  {"a complaint", "an exception"},
		"/broken": {"404"},
	} {
		t.Run(path, func(t *testing.T) {
			t.Setenv("WARDBRIDGE_FAILED", t.TempDir())
			r := &recorder{TB: t}
			p := Open(r, Options{Base: site(t)})
			p.Visit(path)

			r.finish()

			told := strings.Join(r.errors, "\n")
			for _, words := range want {
				if !strings.Contains(told, words) {
					t.Errorf("%q is not among what failed the test: %s", words, told)
				}
			}
		})
	}
}

func TestFailure_keepsThePictureAndTheDocument(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("WARDBRIDGE_FAILED", folder)
	r := &recorder{TB: t}
	p := Open(r, Options{Base: site(t)})
	p.Visit("/form")

	r.Errorf("something else went wrong")
	r.finish()

	kept, err := filepath.Glob(filepath.Join(folder, "TestFailure*"))
	if err != nil || len(kept) != 2 {
		t.Errorf("kept %v, %v", kept, err)
	}
}

func TestAxe_namesTheRulesThatAPageBreaks(t *testing.T) {
	t.Parallel()
	p := Open(t, Options{Base: site(t)})
	p.Visit("/poor")
	p.Forgive("data:,")

	broken := map[string]bool{}
	for _, v := range p.Axe() {
		broken[v.ID] = true
	}

	for _, id := range []string{"image-alt", "html-has-lang", "document-title"} {
		if !broken[id] {
			t.Errorf("%s was not found; found %v", id, broken)
		}
	}
}

func TestNoSidewaysScroll_namesWhatSticksOut(t *testing.T) {
	t.Setenv("WARDBRIDGE_FAILED", t.TempDir())
	r := &recorder{TB: t}
	p := Open(r, Options{Base: site(t), Width: 320})
	p.Visit("/wide")

	p.NoSidewaysScroll()
	r.finish()

	if told := strings.Join(r.errors, "\n"); !strings.Contains(told, "pre.long") {
		t.Errorf("the wide element is not named: %s", told)
	}
}
