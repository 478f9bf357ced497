package reclaims_test

import (
	"bytes"
	"context"
	"testing"

	"wardbridge/internal/paging"
	"wardbridge/internal/pgtest"
	"wardbridge/openapi"
	"wardbridge/tenants"
)

type file = openapi.File

func pagingCursor(s string) paging.Cursor { return paging.Cursor(s) }

// file writes a download as finance.
func (r *room) file(t *testing.T, ask func(context.Context, *tenants.Tx) (file, error)) []byte {
	t.Helper()
	var b bytes.Buffer
	err := r.DB.Stream(t.Context(), r.Employer, pgtest.Actor(r.Employer), func(ctx context.Context, tx *tenants.Tx) error {
		f, err := ask(ctx, tx)
		if err != nil {
			return err
		}
		return f.Write(ctx, tx, &b)
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
