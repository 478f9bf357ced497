package web

import "wardbridge/internal/fault"

// ErrorOf is the sentence that a refused form shows under one of its boxes.
func ErrorOf(f *fault.Fault, name string) string {
	if f != nil {
		for _, field := range f.Fields {
			if field.Name == name {
				return field.Text
			}
		}
	}
	return ""
}

// FieldsOf is what the summary above a refused form lists.
func FieldsOf(f *fault.Fault) []fault.Field {
	if f == nil {
		return nil
	}
	if len(f.Fields) == 0 {
		return []fault.Field{{Code: f.Code, Text: f.Text}}
	}
	return f.Fields
}
