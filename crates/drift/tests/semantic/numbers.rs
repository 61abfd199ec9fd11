//! A small generator of numbers (xorshift64*), so that a failure can be repeated by its seed.

pub struct Numbers {
    state: u64,
    /// Whether schemas may refer to components.
    pub references: bool,
}

impl Numbers {
    pub fn new(seed: u64) -> Self {
        let mut numbers = Self {
            state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
            references: true,
        };
        numbers.draw();
        numbers
    }

    fn draw(&mut self) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below a limit.
    pub fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit.max(1)).unwrap_or(1);
        usize::try_from((self.draw() >> 11) % limit).unwrap_or(0)
    }

    /// Once in so many times.
    pub fn chance(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub fn pick<'a, T>(&mut self, some: &'a [T]) -> Option<&'a T> {
        some.get(self.below(some.len()))
    }
}
