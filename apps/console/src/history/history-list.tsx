import { historyTable } from '@gatehouse/contracts/audit/history-routes';
import { Card, CardContent, Typography } from '@mui/material';
import {
  FilterButton,
  List,
  Pagination,
  SelectInput,
  TextInput,
  TopToolbar,
  useListContext,
} from 'react-admin';
import { Entry, type HistoryEntry } from './history-entry.js';

const TABLES = historyTable.options.map((id) => ({ id, name: id.replaceAll('_', ' ') }));

/** Every change of the registry, newest first. */
export default function HistoryList() {
  return (
    <List
      title="History"
      exporter={false}
      perPage={25}
      component="div"
      empty={false}
      filters={[
        <TextInput key="organisation" source="organisation" label="ODS code" />,
        <SelectInput key="table" source="table" label="What" choices={TABLES} />,
        <TextInput key="key" source="key" label="Key" />,
        <TextInput key="application" source="application" label="Application id" />,
      ]}
      actions={
        <TopToolbar>
          <FilterButton />
        </TopToolbar>
      }
      pagination={<Pagination rowsPerPageOptions={[25, 50, 100]} />}
    >
      <Typography variant="h1" sx={{ mb: 2 }}>
        History
      </Typography>
      <Entries />
    </List>
  );
}

function Entries() {
  const { data = [] } = useListContext<HistoryEntry>();
  if (data.length === 0) return <Typography>Nothing matches. Take away a filter.</Typography>;
  return (
    <Card>
      <CardContent>
        {data.map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </CardContent>
    </Card>
  );
}
