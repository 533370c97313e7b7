package cdsi_test
import ("testing";"fmt";"os";"strings";"openiis/internal/cdsi")
func TestZZ(t *testing.T){
 ids:=os.Getenv("IDS"); if ids=="" {return}
 e:=engine(t)
 for _,f:=range []string{"cases-conditions-4.6.csv","cases-healthy-4.45.csv"} {
 for _,c:=range cases(t,f){
  if !strings.Contains(ids,c.id){continue}
  res:=e.Evaluate(&c.patient,cdsi.Options{Explain:os.Getenv("TR")!="",Group:c.group})
  fmt.Println("==",c.id,c.group,"want",c.status,c.number,c.earliest,c.rec,c.past)
  for _,ev:=range res.Evaluations{fmt.Println("   dose",ev.Dose,ev.Date,ev.CVX,ev.Series,"|",ev.Type,"target",ev.Target,ev.Status,ev.Reasons.Texts())}
  for _,f:=range res.Forecasts{fmt.Println("   ",f.Group,f.Type,f.Status,f.DoseNumber,f.Earliest,f.Recommended,f.PastDue,f.Reasons,f.Vaccines); for _,s:=range f.Series{fmt.Println("       ",s.Series,s.Status,s.DoseNumber,s.Earliest,s.Recommended,s.PastDue,"target",s.Target)}}
  for _,s:=range res.Trace{fmt.Println("      ",s)}
 }}
}
