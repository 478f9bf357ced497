package openapi

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// prefix is where the API lives; a breaking change would get another one.
const prefix = "/v1"

// node is one segment of the paths below the prefix. A look-up walks the
// segments once, whatever the number of operations; a fixed segment wins over a
// parameter, so that /shifts/summary and /shifts/{id} live side by side.
type node struct {
	fixed   map[string]*node
	any     *node
	methods map[string]*operation
	allow   string
}

func (n *node) add(o *operation) {
	for _, segment := range segments(o.Path) {
		if strings.HasPrefix(segment, "{") {
			if n.any == nil {
				n.any = &node{}
			}
			n = n.any
			continue
		}
		if n.fixed == nil {
			n.fixed = map[string]*node{}
		}
		if n.fixed[segment] == nil {
			n.fixed[segment] = &node{}
		}
		n = n.fixed[segment]
	}
	if n.methods == nil {
		n.methods = map[string]*operation{}
	}
	if other := n.methods[o.Method]; other != nil {
		panic(fmt.Sprintf("the route is taken by %s %s", other.ID, other.Path))
	}
	n.methods[o.Method] = o
	var names []string
	for method := range n.methods {
		names = append(names, method)
		if method == "GET" {
			names = append(names, "HEAD")
		}
	}
	slices.Sort(names)
	n.allow = strings.Join(names, ", ")
}

// find gives the place of a path and the values of its parameters, or nil.
// Segments are decoded one by one, so an encoded slash stays inside its value.
func (n *node) find(path string) (*node, []string) {
	rest := strings.TrimPrefix(path, prefix)
	var values []string
	for rest != "" {
		if rest[0] != '/' {
			return nil, nil
		}
		segment, more, found := strings.Cut(rest[1:], "/")
		rest = ""
		if found {
			rest = "/" + more
		}
		if next := n.fixed[segment]; next != nil {
			n = next
			continue
		}
		if n.any == nil || segment == "" {
			return nil, nil
		}
		value := segment
		if strings.Contains(segment, "%") {
			decoded, err := url.PathUnescape(segment)
			if err != nil {
				return nil, nil
			}
			value = decoded
		}
		n, values = n.any, append(values, value)
	}
	if n.methods == nil {
		return nil, nil
	}
	return n, values
}

func (n *node) operation(method string) *operation {
	if method == "HEAD" {
		method = "GET"
	}
	return n.methods[method]
}

func segments(path string) []string {
	return strings.Split(strings.TrimPrefix(strings.TrimPrefix(path, prefix), "/"), "/")
}

func pathNames(path string) (names []string) {
	for _, segment := range segments(path) {
		if strings.HasPrefix(segment, "{") {
			names = append(names, strings.Trim(segment, "{}"))
		}
	}
	return names
}

func firstSegment(path string) string { return segments(path)[0] }

func sorted(ops []*operation) []*operation {
	ops = slices.Clone(ops)
	slices.SortFunc(ops, func(a, b *operation) int {
		if a.Path != b.Path {
			return strings.Compare(a.Path, b.Path)
		}
		return strings.Compare(a.Method, b.Method)
	})
	return ops
}
