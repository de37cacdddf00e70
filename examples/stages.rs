use std::time::Instant; use tafel::plan::*; use tafel::store::*; use std::ops::ControlFlow;
fn main(){ let path=std::env::args().nth(1).unwrap(); let s=Sqlite::open(&path,Access::Beside).unwrap();
 for _ in 0..2 {
 let t=Instant::now(); let mut n=0u64; s.scan(Position(0),Position(u64::MAX),&mut |r:RawEvent<'_>|{n+=r.payload.len() as u64;ControlFlow::Continue(())}).unwrap(); println!("scan {:?}",t.elapsed());
 let t=Instant::now(); let mut d=codec::Decoder::default(); let mut ev=Vec::with_capacity(1_000_000); s.scan(Position(0),Position(u64::MAX),&mut |r:RawEvent<'_>|{ev.push(d.decode(r).unwrap());ControlFlow::Continue(())}).unwrap(); println!("scan+decode+keep {:?}",t.elapsed());
 let t=Instant::now(); let mut p=Plan::default(); for e in &ev { apply(&mut p,e); } println!("fold {:?}",t.elapsed());
 let t=Instant::now(); let mut h=std::collections::HashSet::new(); for e in &ev { let (a,b)=e.batch.0.as_u64_pair(); h.insert(a^b); } println!("hashset {:?}",t.elapsed());
 let t=Instant::now(); drop(ev); println!("drop {:?}",t.elapsed());
 let t=Instant::now(); let mut d=codec::Decoder::default(); let mut n=0; s.scan(Position(0),Position(u64::MAX),&mut |r:RawEvent<'_>|{let e=d.decode(r).unwrap(); n+=e.position.0;ControlFlow::Continue(())}).unwrap(); println!("scan+decode+drop {:?}",t.elapsed());
 } }
