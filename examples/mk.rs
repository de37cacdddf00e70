#[path="../benches/speed/made.rs"] mod made;
fn main(){ let p=std::env::args().nth(1).unwrap(); let n=std::env::args().nth(2).unwrap().parse().unwrap(); made::stream(std::path::Path::new(&p),n); }
