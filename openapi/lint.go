package openapi

import (
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"unicode"

	"wardbridge/rbac"
)

var (
	pathRule    = regexp.MustCompile(`^(/([a-z0-9]+([-.][a-z0-9]+)*|\{[a-z][a-z0-9_]*\}))+$`)
	summaryRule = regexp.MustCompile(`^[A-Z][^.!?;]* [^.!?;]*[^.!?;\s]$`)
)

// lint holds the rules that keep two hundred operations alike. It panics, since
// a broken rule is a programmer's error and the first test finds it.
func lint(o *operation, path string) {
	if !pathRule.MatchString(path) || strings.HasPrefix(path, prefix+"/") {
		panic(`the path starts below /v1 in lower case, such as "/shifts/{id}/cancel"`)
	}
	if !summaryRule.MatchString(o.Summary) {
		panic(fmt.Sprintf("summary %q is not one sentence of verb and noun without a full stop, such as \"List shifts\"", o.Summary))
	}
	if o.Tag == "" || strings.HasPrefix(o.Tag, "{") {
		panic("the operation has no tag")
	}
	if !slices.ContainsFunc(rbac.Catalogue(), func(e rbac.Entry) bool { return e.Permission == o.Permission }) {
		panic(fmt.Sprintf("permission %q is not in the catalogue", o.Permission))
	}
	lintInput(o)
	if o.out.Kind() == reflect.Pointer {
		panic("the answer is a pointer; return the value")
	}
	if o.file && o.Method != http.MethodGet {
		panic("only a GET answers with a File")
	}
	if (o.Operation.Reads || o.Operation.Secret) && o.Method != http.MethodPost {
		panic("Reads and Secret are for POST")
	}
}

func lintInput(o *operation) {
	var named []string
	ifMatch := false
	for _, p := range o.in.params {
		switch p.in {
		case inPath:
			named = append(named, p.name)
		case inHeader:
			ifMatch = ifMatch || p.name == "If-Match"
		}
	}
	for _, name := range o.pathNames {
		if !slices.Contains(named, name) {
			panic(fmt.Sprintf("the input has no field tagged path:%q", name))
		}
	}
	if len(named) != len(o.pathNames) {
		panic("the input has a path field that the path does not name")
	}
	if o.matched && !ifMatch {
		panic(`PUT, PATCH and DELETE need a field tagged header:"If-Match"; answer with Unchanged`)
	}
	if o.in.body != nil && (o.Method == http.MethodGet || o.Method == http.MethodDelete) {
		panic("GET and DELETE have no body")
	}
}

// operationID is verb and noun out of the summary: "List open shifts" gives
// listOpenShifts. Articles are left out.
func operationID(summary string) string {
	words := strings.FieldsFunc(summary, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' })
	var b strings.Builder
	for i, w := range words {
		w = strings.ToLower(strings.ReplaceAll(w, "'", ""))
		if w == "a" || w == "an" || w == "the" || w == "" {
			continue
		}
		if i == 0 {
			b.WriteString(w)
			continue
		}
		b.WriteString(capital(w))
	}
	return b.String()
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// registeredAt is the line of a module that called Get, Post and so on.
func registeredAt() string {
	pcs := make([]uintptr, 16)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for {
		f, more := frames.Next()
		ours := strings.HasPrefix(f.Function, "wardbridge/openapi.") && !strings.HasSuffix(f.File, "_test.go")
		if !ours || !more {
			return fmt.Sprintf("%s:%d", f.File, f.Line)
		}
	}
}

// componentName is what a Go type is called in the document: without package,
// without the JSON suffix, capitalised, and a generic after its argument, so
// that List[shiftJSON] is ShiftList.
func componentName(t reflect.Type) string { return tidyName(t.Name()) }

func tidyName(full string) string {
	full = strings.TrimLeft(full, "[]*")
	base, args, generic := strings.Cut(full, "[")
	if i := strings.LastIndexAny(base, "./"); i >= 0 {
		base = base[i+1:]
	}
	base, _, _ = strings.Cut(base, "·")
	if trimmed := strings.TrimSuffix(base, "JSON"); trimmed != "" {
		base = trimmed
	}
	base = capital(base)
	if !generic {
		return base
	}
	depth, start, out := 0, 0, ""
	args = strings.TrimSuffix(args, "]")
	for i, r := range args {
		switch {
		case r == '[':
			depth++
		case r == ']':
			depth--
		case r == ',' && depth == 0:
			out += tidyName(args[start:i])
			start = i + 1
		}
	}
	return out + tidyName(args[start:]) + base
}
