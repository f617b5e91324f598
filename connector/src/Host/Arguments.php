<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Host;

use Cartwright\Failure;

/** The arguments of an operation, read with their types. A field that is not as it must be is named. */
final class Arguments
{
    /**
     * @param array<mixed> $values
     * @param string       $within Name of the object they stand in, with a point behind it.
     */
    public function __construct(private readonly array $values, private readonly string $within = '')
    {
    }

    /** A text; `fallback` where there is none. */
    public function text(string $name, ?string $fallback = null): string
    {
        $value = $this->values[$name] ?? $fallback;
        if (!is_string($value)) {
            throw $this->wrong($name, 'Use a text.');
        }
        return $value;
    }

    /** A whole number; `fallback` where there is none. */
    public function number(string $name, ?int $fallback = null): int
    {
        $value = $this->values[$name] ?? $fallback;
        if (!is_int($value)) {
            throw $this->wrong($name, 'Use a whole number.');
        }
        return $value;
    }

    /** How often or how many: zero where nothing is said. */
    public function count(string $name): int
    {
        $value = $this->number($name, 0);
        if ($value < 0) {
            throw $this->wrong($name, 'Use a whole number of at least 0.');
        }
        return $value;
    }

    /** An id: 0 for none. */
    public function id(string $name): int
    {
        $value = $this->number($name);
        if ($value < 0) {
            throw $this->wrong($name, 'Use a positive number.');
        }
        return $value;
    }

    /** Yes or no; no where nothing is said. */
    public function flag(string $name): bool
    {
        $value = $this->values[$name] ?? false;
        if (!is_bool($value)) {
            throw $this->wrong($name, 'Use true or false.');
        }
        return $value;
    }

    /** An exact amount of zero or more. */
    public function amount(string $name): string
    {
        $value = $this->values[$name] ?? null;
        if (is_int($value)) {
            $value = (string) $value;
        }
        if (!is_string($value) || preg_match('/^\d{1,12}(\.\d{1,8})?$/D', $value) !== 1) {
            throw $this->wrong($name, 'Use an amount such as "12.50".');
        }
        return Amount::decimal($value);
    }

    /** Seconds since 1970 of a time such as `2026-05-07T14:42:00Z`. */
    public function moment(string $name): int
    {
        $text = $this->text($name);
        $read = preg_match('/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/D', $text) === 1 ? strtotime($text) : false;
        if ($read === false) {
            throw $this->wrong($name, 'Use a time such as 2026-05-07T14:42:00Z.');
        }
        return $read;
    }

    /** Is there such an argument, other than null? */
    public function has(string $name): bool
    {
        return isset($this->values[$name]);
    }

    /**
     * The argument as it came.
     *
     * @return mixed
     */
    public function raw(string $name)
    {
        return $this->values[$name] ?? null;
    }

    /** An object within. */
    public function object(string $name): self
    {
        $value = $this->values[$name] ?? null;
        if (!is_array($value)) {
            throw $this->wrong($name, 'Use an object.');
        }
        return new self($value, $this->within . $name . '.');
    }

    /**
     * A list of objects; empty where there is none.
     *
     * @return list<self>
     */
    public function objects(string $name): array
    {
        $objects = [];
        foreach ($this->rows($name) as $index => $value) {
            if (!is_array($value)) {
                throw $this->wrong($name, 'Use a list of objects.');
            }
            $objects[] = new self($value, "{$this->within}{$name}[$index].");
        }
        return $objects;
    }

    /**
     * A list of texts; empty where there is none.
     *
     * @return list<string>
     */
    public function texts(string $name): array
    {
        $rows = $this->rows($name);
        if (count(array_filter($rows, 'is_string')) !== count($rows)) {
            throw $this->wrong($name, 'Use a list of texts.');
        }
        return $rows;
    }

    /**
     * A list of whole numbers; empty where there is none.
     *
     * @return list<int>
     */
    public function numbers(string $name): array
    {
        $rows = $this->rows($name);
        if (count(array_filter($rows, 'is_int')) !== count($rows)) {
            throw $this->wrong($name, 'Use a list of whole numbers.');
        }
        return $rows;
    }

    /**
     * A list of pairs of texts, `[["name", "value"]]`.
     *
     * @return list<array{string, string}>
     */
    public function pairs(string $name): array
    {
        $pairs = [];
        foreach ($this->rows($name) as $row) {
            if (!is_array($row) || !is_string($row[0] ?? null) || !is_string($row[1] ?? null)) {
                throw $this->wrong($name, 'Use a list of pairs of texts.');
            }
            $pairs[] = [$row[0], $row[1]];
        }
        return $pairs;
    }

    /**
     * @return list<mixed>
     */
    private function rows(string $name): array
    {
        $value = $this->values[$name] ?? [];
        if (!is_array($value) || !array_is_list($value)) {
            throw $this->wrong($name, 'Use a list.');
        }
        return $value;
    }

    private function wrong(string $name, string $remedy): Failure
    {
        return Failure::invalid($this->within . $name, $remedy);
    }
}
