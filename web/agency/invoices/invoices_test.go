package invoices

import (
	"context"
	"strings"
	"testing"
)

func TestListPage_saysWhoWritesTheInvoices(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := listPage(listView{}).Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}

	for _, words := range []string{"No invoices yet", "You do not write one yourself."} {
		if !strings.Contains(out.String(), words) {
			t.Errorf("the page does not say %q", words)
		}
	}
}
