package housetest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// source is one Go file of ours, parsed once for all tests.
type source struct {
	path  string // from the root, with slashes
	dir   string
	file  *ast.File
	lines int
	test  bool
	made  bool // generated
}

var tree struct {
	once  sync.Once
	fset  *token.FileSet
	files []source
	err   error
}

func root() string {
	dir, _ := os.Getwd()
	return filepath.Dir(filepath.Dir(dir))
}

func sources(t *testing.T) (*token.FileSet, []source) {
	t.Helper()
	tree.once.Do(func() {
		tree.fset = token.NewFileSet()
		tree.err = filepath.WalkDir(root(), func(path string, d os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "testdata" || d.Name() == "tools" || d.Name() == "bin") && path != root() {
				return filepath.SkipDir
			}
			if !strings.HasSuffix(path, ".go") {
				return nil
			}
			return read(path)
		})
	})
	if tree.err != nil {
		t.Fatal(tree.err)
	}
	return tree.fset, tree.files
}

func read(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	f, err := parser.ParseFile(tree.fset, path, text, parser.ParseComments)
	if err != nil {
		return err
	}
	rel, err := filepath.Rel(root(), path)
	if err != nil {
		return err
	}
	rel = filepath.ToSlash(rel)
	tree.files = append(tree.files, source{path: rel, dir: filepath.ToSlash(filepath.Dir(rel)), file: f,
		lines: strings.Count(string(text), "\n"), test: strings.HasSuffix(rel, "_test.go"), made: ast.IsGenerated(f)})
	return nil
}
