//! Statistics of turbulent channel flow against those of Moser, Kim & Mansour (1999) at Re_τ 178.12:
//!
//! ```sh
//! # lengths along x and z in π h, cells along x, y, z, spin-up and time of the mean in h/u_τ; then `wale` or
//! # `dynamic-smagorinsky` for a large-eddy simulation
//! cargo run --release -p eddymark-solvers --example channel_statistics 4 1.3333333 96 96 96 8 20
//! ```

use solvers::channel::Closure;
use solvers::verify::{Comparison, Turbulence};
use std::f64::consts::PI;
use std::time::Instant;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let given: Vec<f64> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let closure = match words.last().map(String::as_str) {
        Some("wale") => Closure::Wale,
        Some("dynamic-smagorinsky") => Closure::DynamicSmagorinsky,
        _ => Closure::None,
    };
    let [x, z, nx, ny, nz, spin_up, time] = given[..] else {
        eprintln!("seven numbers are needed: Lx/πh, Lz/πh, nx, ny, nz, spin-up, time");
        std::process::exit(2);
    };
    let cells = [nx, ny, nz].map(|cells| cells as usize);
    let flow = Turbulence { lengths: [x * PI, z * PI], cells, closure, spin_up, time };
    let clock = Instant::now();
    let mut shown = 0.0;
    let mut steps = 0;
    let found = flow.compare(&mut |time, friction_velocity, more| {
        steps += more;
        if time >= shown + 0.999 {
            shown = time;
            let wall = clock.elapsed().as_secs_f64();
            println!("t = {time:.1}, u_τ = {friction_velocity:.4}, {steps} steps, {wall:.0} s");
        }
    });
    match found {
        Ok(found) => print(&found, time),
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    }
}

fn print(found: &Comparison, time: f64) {
    let Comparison { profiles, reynolds_tau, differences, stress, friction } = found;
    println!("y/h     U⁺      u′⁺     w′⁺     y/h     v′⁺     −(u′v′)⁺");
    for j in 0..profiles.centres.len() {
        let at = [profiles.centres[j], profiles.mean[j], profiles.u[j], profiles.w[j]];
        let on = [profiles.faces[j], profiles.v[j], profiles.stress[j]];
        let row: Vec<String> = at.iter().chain(&on).map(|x| format!("{x:<7.4}")).collect();
        println!("{}", row.join(" "));
    }
    let mean = friction.iter().sum::<f64>() / friction.len() as f64;
    let square = friction.iter().map(|x| (x / mean - 1.0).powi(2)).sum::<f64>();
    let deviation = (square / friction.len() as f64).sqrt();
    println!("Re_τ {reynolds_tau:.2}; friction varies by {:.2} % over {time}", 100.0 * deviation);
    let names = ["U⁺", "u′", "v′", "w′", "−u′v′"];
    for (name, difference) in names.iter().zip(differences) {
        println!("{name}: {:.2} % from Moser, Kim & Mansour", 100.0 * difference);
    }
    println!("total stress: within {stress:.4} u_τ² of 1 − y/h");
}
