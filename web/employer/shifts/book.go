package shifts

import (
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/bookings"
	"wardbridge/web/ui"
)

// bookForm is the form of a direct booking as it was typed.
type bookForm struct {
	Ref            string `path:"ref"`
	Agency         string `form:"agency"`
	RegisterNumber string `form:"register_number"`
	PayRate        string `form:"pay_rate"`
	Commission     string `form:"commission"`
	Reason         string `form:"reason" maxlen:"60"`
	Statement      string `form:"statement" maxlen:"1000"`
	Tried          string `form:"tried" maxlen:"300"`

	Evidence map[string]string `form:"evidence"`
}

// asked turns the form into what the module takes, or says which boxes cannot be
// read.
func (f bookForm) asked() (d bookings.Direct, refused []fault.Field) {
	for _, box := range []struct{ name, value, text string }{
		{"agency", f.Agency, "Choose the agency that sent the worker."}, {"register_number", f.RegisterNumber, "Give the number in the professional register."},
		{"pay_rate", f.PayRate, "Give the pay rate an hour."},
	} {
		if box.value == "" {
			refused = append(refused, fault.Field{Name: box.name, Code: "required", Text: box.text})
		}
	}
	if f.Agency != "" {
		id, err := parseID(f.Agency)
		if err != nil {
			refused = append(refused, fault.Field{Name: "agency", Code: "agency_unknown", Text: "Choose an agency from the list."})
		}
		d.AgencyID = id
	}
	d.RegisterNumber, d.Reason, d.Statement, d.Tried = f.RegisterNumber, f.Reason, f.Statement, f.Tried
	d.Evidence = f.Evidence
	read(&d.PayRate, f.PayRate, money.ParseRate, "pay_rate", &refused)
	read(&d.Commission, f.Commission, money.ParseRate, "commission", &refused)
	return d, refused
}

// engaging is the page of a direct booking.
type engaging struct {
	detail
	Form     bookForm
	Agencies []ui.Option
	Evidence []ui.Field // what the rules may want shown besides
	PayMax   string     // the card's maxima as hints; "" when no card covers the shift
	FeeMax   string
}

func maximum(text string) string {
	if text == "" {
		return ""
	}
	return "At most " + text + " an hour, by the rate card."
}
