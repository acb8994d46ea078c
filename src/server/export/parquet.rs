//! Parquet: columns gathered for a row group, then written and forgotten.

use super::{Datum, Head, Kind, Sink};
use parquet::{
    basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical, ZstdLevel},
    data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type},
    errors::ParquetError,
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::types::Type,
};
use std::{
    io::{Error, Write},
    sync::Arc,
};

/// How many rows a row group has at most.
const ROWS: usize = 1 << 16;
/// About how many bytes a row group gathers at most.
const BYTES: usize = 32 << 20;

/// A Parquet file in the making.
pub struct Parquet<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    columns: Vec<Gathered>,
    rows: usize,
    bytes: usize,
}

/// One column of the row group that is gathered: the values that there are, and where.
struct Gathered {
    values: Values,
    /// 1 where there is a value, 0 where there is none.
    there: Vec<i16>,
}

enum Values {
    Texts(Vec<ByteArray>),
    Numbers(Vec<f64>),
    Whole(Vec<i64>),
}

impl<W: Write + Send> Parquet<W> {
    pub fn new(out: W, heads: &[Head]) -> Result<Parquet<W>, Error> {
        let fields = heads.iter().map(|head| field(head).map(Arc::new)).collect::<Result<_, _>>().map_err(failed)?;
        let schema = Type::group_type_builder("throughline").with_fields(fields).build().map_err(failed)?;
        let level = ZstdLevel::try_new(1).map_err(failed)?;
        let properties = WriterProperties::builder().set_compression(Compression::ZSTD(level)).build();
        let writer = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties)).map_err(failed)?;
        let columns = heads.iter().map(|head| Gathered { values: Values::new(head.kind), there: Vec::new() }).collect();
        Ok(Parquet { writer, columns, rows: 0, bytes: 0 })
    }

    /// Writes what was gathered as a row group.
    fn flush(&mut self) -> Result<(), ParquetError> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        for Gathered { values, there } in &mut self.columns {
            let mut column = group.next_column()?.expect("as many columns as the schema has");
            match values {
                Values::Texts(texts) => column.typed::<ByteArrayType>().write_batch(texts, Some(there), None)?,
                Values::Numbers(numbers) => column.typed::<DoubleType>().write_batch(numbers, Some(there), None)?,
                Values::Whole(numbers) => column.typed::<Int64Type>().write_batch(numbers, Some(there), None)?,
            };
            column.close()?;
            values.clear();
            there.clear();
        }
        group.close()?;
        (self.rows, self.bytes) = (0, 0);
        Ok(())
    }
}

impl Values {
    fn new(kind: Kind) -> Values {
        match kind {
            Kind::Text => Values::Texts(Vec::new()),
            Kind::Number => Values::Numbers(Vec::new()),
            Kind::Whole | Kind::Time => Values::Whole(Vec::new()),
        }
    }

    fn clear(&mut self) {
        match self {
            Values::Texts(texts) => texts.clear(),
            Values::Numbers(numbers) => numbers.clear(),
            Values::Whole(numbers) => numbers.clear(),
        }
    }

    /// Takes a datum, if it is one of this kind.
    fn take(&mut self, datum: &Datum) -> bool {
        match (self, datum) {
            (Values::Texts(texts), Datum::Text(text)) => texts.push(ByteArray::from(&**text)),
            (Values::Numbers(numbers), Datum::Number(y)) => numbers.push(*y),
            (Values::Whole(numbers), Datum::Whole(n)) => numbers.push(*n),
            _ => return false,
        }
        true
    }
}

impl<W: Write + Send> Sink for Parquet<W> {
    fn row(&mut self, row: &[Datum]) -> Result<(), Error> {
        for (column, datum) in self.columns.iter_mut().zip(row) {
            column.there.push(i16::from(column.values.take(datum)));
            self.bytes += if let Datum::Text(text) = datum { text.len() + 32 } else { 10 };
        }
        self.rows += 1;
        if self.rows >= ROWS || self.bytes >= BYTES {
            self.flush().map_err(failed)?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), Error> {
        self.flush().map_err(failed)?;
        self.writer.close().map(drop).map_err(failed)
    }
}

fn field(head: &Head) -> Result<Type, ParquetError> {
    let (physical, logical) = match head.kind {
        Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Number => (Physical::DOUBLE, None),
        Kind::Whole => (Physical::INT64, None),
        Kind::Time => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MILLIS))),
    };
    let builder = Type::primitive_type_builder(&head.name, physical).with_logical_type(logical);
    builder.with_repetition(Repetition::OPTIONAL).build()
}

fn failed(error: ParquetError) -> Error {
    match error {
        ParquetError::External(inner) => Error::other(inner),
        error => Error::other(error),
    }
}
