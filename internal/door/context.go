package door

import "context"

type callerKey struct{}

// WithCaller puts who asks into a context, so that a handler deep inside a
// module can say whose request it serves.
func WithCaller(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// CallerFrom is who asks, or Visitor when nobody has been let in yet. It never
// stands in for a permission check: the gate has made that one already.
func CallerFrom(ctx context.Context) Caller {
	if c, ok := ctx.Value(callerKey{}).(Caller); ok {
		return c
	}
	return Visitor
}
