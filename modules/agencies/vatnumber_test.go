package agencies_test

import (
	"errors"
	"testing"

	"wardbridge/internal/fault"
	"wardbridge/modules/agencies"
)

func TestCheckVATNumber_takesBothSeries(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"337440071": "GB337440071", "GB 337 4400 16": "GB337440016", "gb123456782": "GB123456782", "123456727": "GB123456727",
		"999999973": "GB999999973", "999999918": "GB999999918", "100000089": "GB100000089", "100000034": "GB100000034",
		"500000155": "GB500000155", "500000100": "GB500000100", "GB337440071001": "GB337440071001", "XI 337440071": "XI337440071",
		"GBGD001": "GBGD001", "GD499": "GBGD499", "GBHA500": "GBHA500", "": "", "  ": "",
	} {
		got, err := agencies.CheckVATNumber(written)
		if err != nil || got != want {
			t.Errorf("%q: got %q, %v, want %q", written, got, err, want)
		}
	}
}

func TestCheckVATNumber_saysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, written := range []string{"337440072", "123456789", "33744007", "3374400710", "GB33744007A", "GBGD500", "GBHA499", "000000000", "FR12345678901", "none"} {
		_, err := agencies.CheckVATNumber(written)
		f := fault.Of(err)
		if !errors.Is(err, agencies.ErrVATNumber) || f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != "vat_number" || f.Fields[0].Value != written {
			t.Errorf("%q: got %v", written, err)
		}
	}
}
