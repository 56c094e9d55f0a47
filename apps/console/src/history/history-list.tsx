import { historyTable } from '@gatehouse/contracts/audit/history-routes';
import { Card, CardContent, Typography } from '@mui/material';
import { List, SelectInput, TextInput, TopToolbar } from 'react-admin';
import { fieldLabel } from '../parts/diff-words.js';
import { asOdsCode } from '../parts/list/filter-texts.js';
import { SafeFilterButton } from '../parts/list/list-filters.js';
import { ListPages, LoadedList, QUERY_OPTIONS } from '../parts/list/loaded-list.js';
import { TabTitle } from '../parts/page-title.js';
import { Entry, type HistoryEntry } from './history-entry.js';

const TABLES = historyTable.options.map((id) => ({ id, name: fieldLabel(id) }));

/** Every change of the registry, newest first. */
export default function HistoryList() {
  return (
    <List
      title="History"
      exporter={false}
      perPage={25}
      component="div"
      empty={false}
      queryOptions={QUERY_OPTIONS}
      filters={[
        <TextInput key="organisation" source="organisation" label="ODS code" parse={asOdsCode} />,
        <SelectInput key="table" source="table" label="Type of record" choices={TABLES} />,
        <TextInput key="key" source="key" label="Record" />,
        <TextInput key="application" source="application" label="Application id" />,
        <TextInput key="client" source="client" label="Client" />,
        <TextInput key="environment" source="environment" label="Environment of the client" />,
      ]}
      actions={
        <TopToolbar>
          <SafeFilterButton />
        </TopToolbar>
      }
      pagination={<ListPages />}
    >
      <TabTitle>History</TabTitle>
      <Typography variant="h1" sx={{ mb: 2 }}>
        History
      </Typography>
      <LoadedList empty="Nothing in the registry has changed yet.">
        {(entries) => (
          <Card>
            <CardContent>
              {(entries as unknown as readonly HistoryEntry[]).map((entry) => (
                <Entry key={entry.id} entry={entry} />
              ))}
            </CardContent>
          </Card>
        )}
      </LoadedList>
    </List>
  );
}
